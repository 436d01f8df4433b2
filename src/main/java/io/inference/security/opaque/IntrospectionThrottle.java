package io.inference.security.opaque;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.inference.security.RefusedTokenException;
import io.inference.security.issuer.CallerClaims;
import io.inference.security.issuer.ClaimRules;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.MappedJwtClaimSetConverter;

/**
 * Introspects tokens with a limit on the rate and on concurrent requests, so that a flood of forged tokens does not
 * reach the issuer, and applies the rules of a JWT's claims to the answers.
 */
public final class IntrospectionThrottle {
    static final Duration LONGEST_KEPT = Duration.ofSeconds(60);
    static final int MOST_AT_ONCE = 32;
    static final int A_SECOND = 50;
    static final int BURST = 100;

    private static final Logger log = LoggerFactory.getLogger(IntrospectionThrottle.class);
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final MappedJwtClaimSetConverter CLAIMS = MappedJwtClaimSetConverter.withDefaults(Map.of());

    private final Introspection introspection;
    private final OAuth2TokenValidator<Jwt> rules;
    private final CallerClaims claims;
    private final Clock clock;
    private final Bucket rate;
    private final Semaphore atOnce = new Semaphore(MOST_AT_ONCE);
    private final AtomicBoolean failing = new AtomicBoolean();

    /** @param claims reads the caller's groups and scopes */
    public IntrospectionThrottle(
            Introspection introspection, Supplier<String> issuer, String audience, CallerClaims claims) {
        this(introspection, issuer, audience, claims, Clock.systemUTC(), TimeMeter.SYSTEM_NANOTIME);
    }

    IntrospectionThrottle(
            Introspection introspection,
            Supplier<String> issuer,
            String audience,
            CallerClaims claims,
            Clock clock,
            TimeMeter meter) {
        this.introspection = introspection;
        this.rules = ClaimRules.of(issuer, audience, clock);
        this.claims = claims;
        this.clock = clock;
        this.rate = Bucket.builder()
                .addLimit(limit -> limit.capacity(BURST).refillGreedy(A_SECOND, Duration.ofSeconds(1)))
                .withCustomTimePrecision(meter)
                .build();
    }

    /** Throws nothing because of the contents of a token or an answer. */
    IntrospectionResult ask(String token) {
        if (!rate.tryConsume(1)) {
            failed("more tokens a second than are sent to the issuer");
            return new IntrospectionResult.Unknown();
        }
        try {
            if (!atOnce.tryAcquire(WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                failed("the issuer is slow, and checks " + MOST_AT_ONCE + " tokens already");
                return new IntrospectionResult.Unknown();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new IntrospectionResult.Unknown();
        }
        try {
            Map<String, Object> answer = introspection.ask(token);
            if (failing.compareAndSet(true, false)) {
                log.info("tokens can be introspected again");
            }
            return verdict(answer);
        } catch (IOException e) {
            failed(String.valueOf(e.getMessage()));
            return new IntrospectionResult.Unknown();
        } finally {
            atOnce.release();
        }
    }

    /** Logged once until it works again, so that a flood of requests does not flood the log. */
    private void failed(String reason) {
        if (failing.compareAndSet(false, true)) {
            log.warn("tokens cannot be introspected: {}", reason);
        }
    }

    private IntrospectionResult verdict(Map<String, Object> answer) {
        if (!Boolean.TRUE.equals(answer.get("active"))) {
            return new IntrospectionResult.Inactive("the issuer says that the token is not active");
        }
        if (!isAccessToken(answer)) {
            return new IntrospectionResult.Inactive("not an access token, or not one for bearers");
        }
        try {
            Jwt said = claims(answer);
            for (OAuth2Error error : rules.validate(said).getErrors()) {
                return new IntrospectionResult.Inactive(String.valueOf(error.getDescription()));
            }
            return new IntrospectionResult.Active(claims.authentication(said), kept(said));
        } catch (RefusedTokenException e) {
            return new IntrospectionResult.Inactive(String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException | IllegalStateException e) {
            return new IntrospectionResult.Inactive("the issuer's answer has claims that cannot be read");
        }
    }

    /**
     * Issuers answer about refresh tokens too, and about tokens that are bound to a key: neither is a valid bearer
     * token.
     */
    private static boolean isAccessToken(Map<String, Object> answer) {
        Object type = answer.get("token_type");
        boolean bearer = type == null || type instanceof String name && name.equalsIgnoreCase("Bearer");
        boolean refresh = String.valueOf(answer.get("token_use")).startsWith("refresh")
                || String.valueOf(answer.get("typ")).equalsIgnoreCase("Refresh");
        return bearer && !refresh && !answer.containsKey("cnf");
    }

    /**
     * The answer in the form of a JWT's claims in Spring, converted by the same converters, so that the same rules
     * apply.
     */
    private static Jwt claims(Map<String, Object> answer) {
        Map<String, Object> read = CLAIMS.convert(answer);
        Instant issued = read.get("iat") instanceof Instant at ? at : null;
        Instant expires = read.get("exp") instanceof Instant at ? at : null;
        return new Jwt("introspected", issued, expires, Map.of("typ", "introspection"), read);
    }

    private Duration kept(Jwt said) {
        Instant expiry = said.getExpiresAt();
        Duration left = expiry == null ? Duration.ZERO : Duration.between(clock.instant(), expiry);
        if (left.isNegative()) {
            return Duration.ZERO;
        }
        return left.compareTo(LONGEST_KEPT) < 0 ? left : LONGEST_KEPT;
    }
}
