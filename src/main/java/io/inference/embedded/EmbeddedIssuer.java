package io.inference.embedded;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.inference.security.jwt.LocalIssuer;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** Signs tokens with a key that is generated at start-up and never stored. */
final class EmbeddedIssuer implements LocalIssuer {
    static final String AUDIENCE = "inference";

    private final Supplier<String> issuer;
    private final String groupsClaim;
    private final Clock clock;
    private final ECKey key;

    /** @param issuer the address of its metadata, without {@code /.well-known/…} */
    EmbeddedIssuer(Supplier<String> issuer, String groupsClaim, Clock clock) {
        this.issuer = issuer;
        this.groupsClaim = groupsClaim;
        this.clock = clock;
        try {
            this.key = new ECKeyGenerator(Curve.P_256)
                    .keyID(UUID.randomUUID().toString())
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("every Java platform has P-256", e);
        }
    }

    @Override
    public String issuer() {
        return issuer.get();
    }

    @Override
    public String audience() {
        return AUDIENCE;
    }

    @Override
    public JWKSet fetch() {
        return new JWKSet(key.toPublicJWK());
    }

    String token(String subject, List<String> groups, Duration life) {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(issuer())
                .audience(AUDIENCE)
                .subject(subject)
                .claim(groupsClaim, groups)
                .issueTime(Date.from(clock.instant()))
                .expirationTime(Date.from(clock.instant().plus(life)))
                .jwtID(UUID.randomUUID().toString())
                .build();
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(JOSEObjectType.JWT)
                .keyID(key.getKeyID())
                .build();
        SignedJWT token = new SignedJWT(header, claims);
        try {
            token.sign(new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("a key of our own does not sign", e);
        }
        return token.serialize();
    }
}
