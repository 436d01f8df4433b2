package io.inference.security.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.inference.api.Caller;
import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import io.inference.security.RefusedTokenException;
import io.inference.security.TokenDigest;
import io.inference.security.TokenVerifier;
import io.inference.security.issuer.CallerClaims;
import io.inference.security.issuer.ClaimRules;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/**
 * Verifies JWTs by Spring Security's decoder: signed by a key of the issuer with an asymmetric algorithm, of that issuer, for this
 * audience, and within their time, give or take 30 s. A token that was verified is known until it expires, or until the issuer's keys
 * change, by its digest alone. It takes whatever looks like a signed JWT: three parts, the first of them a JSON object.
 */
public final class JwtVerifier implements TokenVerifier {
    /** How a JSON object begins in base64url, whether a blank follows its brace or a name. */
    private static final String HEADER = "ey";

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

    /** An access token by RFC 9068, or any; the media types' long and short forms, in whatever case. */
    private static final JOSEObjectType[] TYPES = {
        JOSEObjectType.JWT,
        new JOSEObjectType("application/jwt"),
        new JOSEObjectType("at+jwt"),
        new JOSEObjectType("application/at+jwt"),
        null
    };

    private final NimbusJwtDecoder decoder;
    private final CallerClaims claims;
    private final Clock clock;
    private final Cache<String, Known> known =
            Caffeine.newBuilder().maximumSize(MOST_KNOWN).build();

    private record Known(Caller caller, Instant until) {}

    /**
     * @param issuer the iss of its tokens; asked with every token, since the embedded issuer has its name only once a port is open
     * @param audience what aud must hold
     * @param claims reads who the caller is
     */
    public JwtVerifier(KeySource keys, Supplier<String> issuer, String audience, CallerClaims claims) {
        this(keys, issuer, audience, claims, Clock.systemUTC(), System::nanoTime);
    }

    JwtVerifier(
            KeySource keys,
            Supplier<String> issuer,
            String audience,
            CallerClaims claims,
            Clock clock,
            LongSupplier nanoTime) {
        this.claims = claims;
        this.clock = clock;
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSKeySelector(new SigningKeys(ALGORITHMS, new IssuerKeys(keys, known::invalidateAll, nanoTime)));
        processor.setJWSVerifierFactory(new SignatureChecks());
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(TYPES));
        // The claims are the validators' business, below.
        processor.setJWTClaimsSetVerifier((set, context) -> {});
        this.decoder = new NimbusJwtDecoder(processor);
        decoder.setJwtValidator(ClaimRules.of(issuer, audience, clock));
    }

    @Override
    public boolean takes(String token) {
        return token.startsWith(HEADER) && token.chars().filter(c -> c == '.').count() == 2;
    }

    @Override
    public Caller verify(String token) throws RefusedTokenException {
        String digest = TokenDigest.of(token);
        Known before = known.getIfPresent(digest);
        if (before != null && clock.instant().isBefore(before.until())) {
            return before.caller();
        }
        Jwt jwt = decode(token);
        Caller caller = claims.caller(jwt);
        Instant expiry = jwt.getExpiresAt();
        if (expiry != null) {
            known.put(digest, new Known(caller, expiry.plus(ClaimRules.SKEW)));
        }
        return caller;
    }

    private Jwt decode(String token) throws RefusedTokenException {
        try {
            return decoder.decode(token);
        } catch (BadJwtException e) {
            throw new RefusedTokenException(String.valueOf(e.getMessage()));
        } catch (JwtException e) {
            // Not the token's fault: its issuer cannot be asked, and never could since the start.
            throw InferenceException.retryLater(
                    ErrorCode.UNAVAILABLE, "tokens cannot be verified now; try again later", RETRY_AFTER);
        }
    }
}
