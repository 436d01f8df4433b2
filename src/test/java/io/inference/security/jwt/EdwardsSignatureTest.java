package io.inference.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.KeyTypeException;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import io.inference.security.EdwardsTokens;
import io.inference.security.GroupNames;
import io.inference.security.RefusedTokenException;
import io.inference.security.TestIssuer;
import io.inference.security.TokenCheck;
import io.inference.security.issuer.CallerClaims;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EdwardsSignatureTest {
    private static final String ISSUER = "https://login.example";

    private final EdwardsTokens issuers = EdwardsTokens.newKey("ed", Curve.Ed25519);
    private final JWTClaimsSet claims = new JWTClaimsSet.Builder()
            .issuer(ISSUER)
            .audience(TestIssuer.AUDIENCE)
            .subject("alice")
            .expirationTime(new Date(System.currentTimeMillis() + 60_000))
            .build();

    EdwardsSignatureTest() throws Exception {}

    @Test
    void aTokenSignedByTheIssuersKeyHolds() throws Exception {
        assertThat(verifier(issuers.jwk()).verify(issuers.token(claims)).subject())
                .isEqualTo("alice");
        String withoutKid = issuers.token(new JWSHeader(JWSAlgorithm.EdDSA), claims);
        assertThat(verifier(issuers.jwk()).verify(withoutKid).subject()).isEqualTo("alice");
    }

    /** RFC 8037, A.4: the example of the standard, whose payload is no set of claims. */
    @Test
    void theStandardsOwnExampleVerifies() throws Exception {
        OctetKeyPair jwk = new OctetKeyPair.Builder(
                        Curve.Ed25519, new Base64URL("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
                .build();
        JWSObject example = JWSObject.parse("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
                + "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
        assertThat(example.verify(new Ed25519(Ed25519.key(jwk).orElseThrow()))).isTrue();
    }

    @Test
    void aForgedOrChangedTokenDoesNot() throws Exception {
        String sound = issuers.token(claims);
        String[] parts = sound.split("\\.");
        String mallory = new JWTClaimsSet.Builder(claims)
                .subject("mallory")
                .build()
                .toPayload()
                .toBase64URL()
                .toString();
        refused(EdwardsTokens.newKey("ed", Curve.Ed25519).token(claims));
        refused(parts[0] + "." + mallory + "." + parts[2]);
        refused(sound.substring(0, sound.length() - 8));
        refused(parts[0] + "." + parts[1] + "." + "A".repeat(86));
        refused(parts[0] + "." + parts[1] + ".");
        refused(parts[0] + "." + parts[1] + "." + "_".repeat(86));
    }

    @Test
    void anotherCurvesKeyOrSignatureIsNone() throws Exception {
        EdwardsTokens ed448 = EdwardsTokens.newKey("ed", Curve.Ed448);
        refused(ed448.token(claims), ed448.jwk());
        refused(ed448.token(claims), issuers.jwk());
        refused(issuers.token(claims), ed448.jwk());
        JWK forAgreement = new OctetKeyPair.Builder(Curve.X25519, Base64URL.encode(issuers.publicBytes()))
                .keyID("ed")
                .build();
        refused(issuers.token(claims), forAgreement);
        JWK short31 = new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(new byte[31]))
                .keyID("ed")
                .build();
        refused(issuers.token(claims), short31);
    }

    @Test
    void anAlgorithmIsBoundToItsTypeOfKey() throws Exception {
        // EdDSA under the kid of an RSA key, RS256 under that of an Edwards key.
        refused(issuers.token(claims), TestIssuer.newKey("ed").toPublicJWK());
        refused(TestIssuer.sign(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("ed").build(), claims, TestIssuer.newKey("ed")));
        // The public key as a secret, by name of EdDSA's key.
        byte[] secret = issuers.publicBytes();
        JWSObject hmac = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("ed").build(), new Payload(claims.toJSONObject()));
        hmac.sign(new MACSigner(secret));
        refused(hmac.serialize());
        // A key that its issuer uses for another purpose.
        JWK encrypts = new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(issuers.publicBytes()))
                .keyID("ed")
                .keyUse(KeyUse.ENCRYPTION)
                .build();
        refused(issuers.token(claims), encrypts);
        assertThatThrownBy(() -> new Ed25519(TestIssuer.newKey("x").toPublicKey()))
                .isInstanceOf(KeyTypeException.class);
    }

    @Test
    void aCriticalHeaderIsNeverPassedOver() throws Exception {
        JWSHeader critical = new JWSHeader.Builder(JWSAlgorithm.EdDSA)
                .keyID("ed")
                .criticalParams(Set.of("exp2"))
                .customParam("exp2", 1)
                .build();
        refused(issuers.token(critical, claims));
    }

    private void refused(String token) {
        refused(token, issuers.jwk());
    }

    private static void refused(String token, JWK key) {
        assertThatThrownBy(() -> verifier(key).verify(token)).isInstanceOf(RefusedTokenException.class);
    }

    private static TokenCheck verifier(JWK key) {
        JWKSet keys = new JWKSet(List.of(key)).toPublicJWKSet();
        return new TokenCheck(new JwtTokenProvider(
                () -> keys,
                () -> ISSUER,
                TestIssuer.AUDIENCE,
                new CallerClaims("groups", null, GroupNames.parse("admins"))));
    }
}
