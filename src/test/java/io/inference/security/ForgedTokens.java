package io.inference.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Forged tokens, by their defect. */
public final class ForgedTokens {
    private static final RSAKey STRANGERS = TestIssuer.newKey("strangers");

    private ForgedTokens() {}

    public static Map<String, String> of(TestIssuer issuer) throws Exception {
        JWTClaimsSet good = issuer.claims().build();
        String kid = issuer.key().getKeyID();
        String sound = issuer.token();
        Map<String, String> forged = new LinkedHashMap<>();
        forged.put("alg none", new PlainJWT(good).serialize());
        forged.put("alg none, with a signature", new PlainJWT(good).serialize() + "AAAA");
        forged.put("HS256 with the public key as the secret", hmac(good, issuer.key()));
        forged.put("another issuer", issuer.token(c -> c.issuer("https://evil.example")));
        forged.put("no issuer", issuer.token(c -> c.issuer(null)));
        forged.put("another audience", issuer.token(c -> c.audience("another")));
        forged.put("no audience", issuer.token(c -> c.audience((String) null)));
        forged.put("expired", issuer.token(c -> c.expirationTime(in(-40))));
        forged.put("never expires", issuer.token(c -> c.expirationTime(null)));
        forged.put("not yet valid", issuer.token(c -> c.notBeforeTime(in(40))));
        forged.put("no subject", issuer.token(c -> c.subject(null)));
        forged.put("a subject of the service's own", issuer.token(c -> c.subject("service:grpc")));
        forged.put("a subject on two lines", issuer.token(c -> c.subject("alice\nadmin")));
        forged.put("a stranger's key under the issuer's kid", signed(header(kid).build(), good));
        forged.put("a stranger's key without a kid", signed(header(null).build(), good));
        forged.put("an unknown kid", signed(header("nobody").build(), good));
        forged.put("a kid that is a path", signed(header("../../../../dev/null").build(), good));
        forged.put(
                "a kid that is SQL", signed(header("x' UNION SELECT 'key' --").build(), good));
        forged.put(
                "a kid that is an address",
                signed(header("http://evil.example/k").build(), good));
        forged.put(
                "its own key within",
                signed(header(null).jwk(STRANGERS.toPublicJWK()).build(), good));
        forged.put(
                "an address of its own keys",
                signed(
                        header("k")
                                .jwkURL(java.net.URI.create(issuer.url() + "/evil-keys"))
                                .build(),
                        good));
        forged.put(
                "a critical header that nobody knows",
                TestIssuer.sign(
                        header(kid)
                                .criticalParams(Set.of("exp2"))
                                .customParam("exp2", 1)
                                .build(),
                        good,
                        issuer.key()));
        forged.put(
                "another type",
                TestIssuer.sign(
                        header(kid)
                                .type(new com.nimbusds.jose.JOSEObjectType("logout+jwt"))
                                .build(),
                        good,
                        issuer.key()));
        forged.put("claims exchanged", exchangedClaims(sound, issuer));
        forged.put("truncated", sound.substring(0, sound.length() - 10));
        forged.put("no signature", sound.substring(0, sound.lastIndexOf('.') + 1));
        forged.put("two parts", sound.substring(0, sound.lastIndexOf('.')));
        forged.put("not a token", "x");
        forged.put("an unknown API key", "ik_0123456789");
        forged.put("dots", "..");
        forged.put("twelve thousand letters", "e".repeat(12_000));
        return forged;
    }

    private static String hmac(JWTClaimsSet claims, RSAKey key) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKeyID()).build(), claims);
        token.sign(new MACSigner(key.toPublicKey().getEncoded()));
        return token.serialize();
    }

    private static String exchangedClaims(String sound, TestIssuer issuer) {
        String other = issuer.token(c -> c.subject("mallory"));
        String[] parts = sound.split("\\.");
        return parts[0] + "." + other.split("\\.")[1] + "." + parts[2];
    }

    private static JWSHeader.Builder header(String kid) {
        return new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(kid);
    }

    private static String signed(JWSHeader header, JWTClaimsSet claims) {
        return TestIssuer.sign(header, claims, STRANGERS);
    }

    private static Date in(long seconds) {
        return Date.from(Instant.now().plusSeconds(seconds));
    }
}
