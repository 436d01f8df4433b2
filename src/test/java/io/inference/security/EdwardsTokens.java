package io.inference.security;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;

/**
 * Tokens signed by a key on an Edwards curve, by the JDK: Nimbus' own signer needs a library that is not a dependency.
 */
public final class EdwardsTokens {
    private final KeyPair pair;
    private final String keyId;
    private final Curve curve;

    private EdwardsTokens(KeyPair pair, String keyId, Curve curve) {
        this.pair = pair;
        this.keyId = keyId;
        this.curve = curve;
    }

    public static EdwardsTokens newKey(String keyId, Curve curve) throws GeneralSecurityException {
        return new EdwardsTokens(KeyPairGenerator.getInstance(curve.getName()).generateKeyPair(), keyId, curve);
    }

    /** The public key as its issuer publishes it. */
    public OctetKeyPair jwk() {
        return new OctetKeyPair.Builder(curve, Base64URL.encode(publicBytes()))
                .keyID(keyId)
                .keyUse(KeyUse.SIGNATURE)
                .build();
    }

    /** The point itself: the end of its X.509 form. */
    public byte[] publicBytes() {
        byte[] encoded = pair.getPublic().getEncoded();
        int length = curve.equals(Curve.Ed25519) ? 32 : 57;
        return Arrays.copyOfRange(encoded, encoded.length - length, encoded.length);
    }

    public String token(JWTClaimsSet claims) throws GeneralSecurityException {
        return token(new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID(keyId).build(), claims);
    }

    public String token(JWSHeader header, JWTClaimsSet claims) throws GeneralSecurityException {
        String signed = header.toBase64URL() + "." + claims.toPayload().toBase64URL();
        Signature signer = Signature.getInstance(curve.getName());
        signer.initSign(pair.getPrivate());
        signer.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + Base64URL.encode(signer.sign());
    }
}
