package io.inference.security.jwt;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.math.BigInteger;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Parses a JWK set key by key (RFC 7517, section 5): a key that is not usable for an accepted signature algorithm is
 * skipped and does not affect the others. Nimbus' own parser fails at the first key that it cannot read. Only public
 * parts are kept.
 */
final class KeySetParser {
    private static final int FEWEST_RSA_BITS = 2048;
    private static final Set<Curve> CURVES = Set.of(Curve.P_256, Curve.P_384, Curve.P_521);

    private KeySetParser() {}

    /**
     * The usable keys of a set.
     *
     * @param keys public keys for signatures, in their order
     * @param passedOver number of skipped keys
     */
    record Parsed(JWKSet keys, int passedOver) {}

    /** @throws ParseException if the text is not a JWK set */
    static Parsed parse(String text) throws ParseException {
        if (!(JSONObjectUtils.parse(text).get("keys") instanceof List<?> members)) {
            throw new ParseException("no list of keys", 0);
        }
        List<JWK> keys = new ArrayList<>();
        for (Object member : members) {
            read(member).filter(KeySetParser::isForSignatures).ifPresent(keys::add);
        }
        return new Parsed(new JWKSet(keys), members.size() - keys.size());
    }

    private static Optional<JWK> read(Object member) {
        if (!(member instanceof Map<?, ?> map)) {
            return Optional.empty();
        }
        @SuppressWarnings("unchecked") // a JSON object's names are texts
        Map<String, Object> key = (Map<String, Object>) map;
        try {
            // Symmetric keys have no public part.
            return Optional.ofNullable(JWK.parse(key).toPublicJWK());
        } catch (ParseException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static boolean isForSignatures(JWK key) {
        Set<KeyOperation> operations = key.getKeyOperations();
        return (key.getKeyUse() == null || KeyUse.SIGNATURE.equals(key.getKeyUse()))
                && (operations == null || operations.contains(KeyOperation.VERIFY))
                && (key.getAlgorithm() == null || JwtTokenProvider.ALGORITHMS.contains(key.getAlgorithm()))
                && isStrong(key);
    }

    private static boolean isStrong(JWK key) {
        return switch (key) {
            case RSAKey rsa ->
                isSound(
                        rsa.getModulus().decodeToBigInteger(),
                        rsa.getPublicExponent().decodeToBigInteger());
            case ECKey ec -> CURVES.contains(ec.getCurve());
            case OctetKeyPair pair -> Ed25519.key(pair).isPresent();
            default -> false;
        };
    }

    /** With an exponent of 1, or an even one, signatures could be forged. */
    private static boolean isSound(BigInteger modulus, BigInteger exponent) {
        return modulus.bitLength() >= FEWEST_RSA_BITS && exponent.testBit(0) && exponent.bitLength() > 1;
    }
}
