package io.inference.security.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.KeyTypeException;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Signatures of {@code EdDSA} by Ed25519 (RFC 8037), computed by the JDK; Nimbus' own implementation needs another
 * library. Ed448 is not accepted, so that the algorithm's name alone determines the type of key.
 */
final class Ed25519 extends BaseJWSProvider implements JWSVerifier {
    /** The prefix of the 32 bytes of a key in X.509 (RFC 8410). */
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final int KEY_BYTES = 32;

    private final PublicKey key;

    /** @throws KeyTypeException for any key that is not one of Ed25519 */
    Ed25519(Key key) throws KeyTypeException {
        super(Set.of(JWSAlgorithm.EdDSA));
        if (!(key instanceof EdECPublicKey edwards)
                || !edwards.getParams().getName().equals(NamedParameterSpec.ED25519.getName())) {
            throw new KeyTypeException(EdECPublicKey.class);
        }
        this.key = edwards;
    }

    /** The key as a JDK type; empty if it is of another curve, or not a key. */
    static Optional<PublicKey> key(OctetKeyPair jwk) {
        byte[] x = jwk.getDecodedX();
        if (!Curve.Ed25519.equals(jwk.getCurve()) || x.length != KEY_BYTES) {
            return Optional.empty();
        }
        byte[] encoded = new byte[X509_PREFIX.length + KEY_BYTES];
        System.arraycopy(X509_PREFIX, 0, encoded, 0, X509_PREFIX.length);
        System.arraycopy(x, 0, encoded, X509_PREFIX.length, KEY_BYTES);
        try {
            return Optional.of(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean verify(JWSHeader header, byte[] signed, Base64URL signature) throws JOSEException {
        boolean critical = header.getCriticalParams() != null
                && !header.getCriticalParams().isEmpty();
        if (!JWSAlgorithm.EdDSA.equals(header.getAlgorithm()) || critical) {
            return false;
        }
        try {
            Signature check = Signature.getInstance("Ed25519");
            check.initVerify(key);
            check.update(signed);
            return check.verify(signature.decode());
        } catch (SignatureException e) {
            // Of another length, or numbers out of range: an invalid signature.
            return false;
        } catch (GeneralSecurityException e) {
            throw new JOSEException("Ed25519 cannot be computed: " + e.getMessage(), e);
        }
    }
}
