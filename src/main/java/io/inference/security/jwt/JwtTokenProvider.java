package io.inference.security.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.security.BearerTokens;
import io.inference.security.CallerAuthentication;
import io.inference.security.RefusedCallException;
import io.inference.security.RefusedTokenException;
import io.inference.security.TokenDigest;
import io.inference.security.issuer.CallerClaims;
import io.inference.security.issuer.ClaimRules;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;

/**
 * Authenticates by JWTs, with Spring Security's decoder and provider: signed by a key of the issuer with an asymmetric
 * algorithm, of that issuer, for this audience, and within their validity, with a tolerance of 30 s. A verified token
 * is cached by its digest until it expires or the issuer's keys change; the cache is in front of the decoder.
 */
public final class JwtTokenProvider implements AuthenticationProvider {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);
    private static final int MOST_KNOWN = 20_000;
    static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512,
            JWSAlgorithm.EdDSA);

    /**
     * Accepted types: access tokens by RFC 9068, plain JWTs, or no type; media types in their long and short forms,
     * ignoring case.
     */
    private static final JOSEObjectType[] TYPES = {
        JOSEObjectType.JWT,
        new JOSEObjectType("application/jwt"),
        new JOSEObjectType("at+jwt"),
        new JOSEObjectType("application/at+jwt"),
        null
    };

    private final JwtAuthenticationProvider provider;
    private final Clock clock;
    private final Cache<String, CallerAuthentication> known =
            Caffeine.newBuilder().maximumSize(MOST_KNOWN).build();

    /**
     * @param issuer the iss of its tokens; read for every token, since the embedded issuer has its name only once a
     *     port is open
     * @param audience required in aud
     * @param claims reads the caller from the claims
     */
    public JwtTokenProvider(KeySource keys, Supplier<String> issuer, String audience, CallerClaims claims) {
        this(keys, issuer, audience, claims, Clock.systemUTC(), System::nanoTime);
    }

    JwtTokenProvider(
            KeySource keys,
            Supplier<String> issuer,
            String audience,
            CallerClaims claims,
            Clock clock,
            LongSupplier nanoTime) {
        this.clock = clock;
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSKeySelector(new SigningKeys(ALGORITHMS, new IssuerKeys(keys, known::invalidateAll, nanoTime)));
        processor.setJWSVerifierFactory(new SignatureChecks());
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(TYPES));
        // The validators below check the claims.
        processor.setJWTClaimsSetVerifier((set, context) -> {});
        NimbusJwtDecoder decoder = new NimbusJwtDecoder(processor);
        decoder.setJwtValidator(ClaimRules.of(issuer, audience, clock));
        this.provider = new JwtAuthenticationProvider(decoder);
        provider.setJwtAuthenticationConverter(claims::authentication);
    }

    /** @throws RefusedCallException if no key of the issuer has been fetched since the start */
    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        String token = ((BearerTokenAuthenticationToken) authentication).getToken();
        if (BearerTokens.kind(token) != BearerTokens.Kind.JWT) {
            return null;
        }
        String digest = TokenDigest.of(token);
        CallerAuthentication before = known.getIfPresent(digest);
        if (before != null && isCurrent(before)) {
            return before;
        }
        CallerAuthentication caller = verified(authentication);
        known.put(digest, caller);
        return caller;
    }

    private boolean isCurrent(CallerAuthentication caller) {
        Instant expiry = caller.expiresAt();
        return expiry != null && clock.instant().isBefore(expiry.plus(ClaimRules.SKEW));
    }

    private CallerAuthentication verified(Authentication token) {
        try {
            return (CallerAuthentication) provider.authenticate(token);
        } catch (AuthenticationServiceException e) {
            // Not the token's fault: the issuer is unavailable, and no keys have been fetched since the start.
            throw new RefusedCallException(InferenceException.retryLater(
                    ErrorCode.UNAVAILABLE, "tokens cannot be verified now; try again later", RETRY_AFTER));
        } catch (InvalidBearerTokenException e) {
            throw new RefusedTokenException(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return BearerTokenAuthenticationToken.class.isAssignableFrom(authentication);
    }
}
