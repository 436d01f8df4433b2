package io.inference.security.issuer;

import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;

/** Rules for a token's claims, whether from the token itself or from the issuer's introspection. */
public final class ClaimRules {
    /** How much the clocks of the issuer and of this machine may differ. */
    public static final Duration SKEW = Duration.ofSeconds(30);

    private ClaimRules() {}

    /**
     * The token is of this issuer and for this audience, has an {@code exp}, and is valid now.
     *
     * @param issuer read for every token, since the embedded issuer has its name only once a port is open
     */
    public static OAuth2TokenValidator<Jwt> of(Supplier<String> issuer, String audience, Clock clock) {
        JwtTimestampValidator times = new JwtTimestampValidator(SKEW);
        times.setClock(clock);
        return new DelegatingOAuth2TokenValidator<>(
                times,
                jwt -> result(jwt.getExpiresAt() != null, "no exp"),
                jwt -> result(issuer.get().equals(jwt.getClaimAsString("iss")), "another iss"),
                jwt -> result(jwt.getAudience() != null && jwt.getAudience().contains(audience), "another aud"));
    }

    private static OAuth2TokenValidatorResult result(boolean holds, String reason) {
        return holds
                ? OAuth2TokenValidatorResult.success()
                : OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_token", reason, null));
    }
}
