package io.inference.security.opaque;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.security.BearerTokens;
import io.inference.security.CallerAuthentication;
import io.inference.security.RefusedCallException;
import io.inference.security.RefusedTokenException;
import io.inference.security.TokenDigest;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.authentication.OpaqueTokenAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;

/**
 * Introspects opaque tokens at the issuer. Results are cached by the token's digest: a valid token for a minute and
 * never beyond its expiry, an invalid one for ten seconds, a failure for one second; concurrent requests with the same
 * token share one introspection. Spring's own introspectors cache nothing, read an answer of any size, and write the
 * token to their debug log.
 */
public final class CachedIntrospector implements OpaqueTokenIntrospector {
    static final Duration KEPT_INACTIVE = Duration.ofSeconds(10);
    static final Duration KEPT_FAILURE = Duration.ofSeconds(1);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
    private static final int MOST_KEPT = 20_000;
    private static final int LONGEST = 4096;

    /** The characters of a bearer token (RFC 6750). */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private final IntrospectionThrottle questions;
    private final AsyncCache<String, IntrospectionResult> verdicts;

    public CachedIntrospector(IntrospectionThrottle questions) {
        this(questions, System::nanoTime);
    }

    CachedIntrospector(IntrospectionThrottle questions, LongSupplier nanoTime) {
        this.questions = questions;
        this.verdicts = Caffeine.newBuilder()
                .maximumSize(MOST_KEPT)
                .ticker(nanoTime::getAsLong)
                .expireAfter(Expiry.creating((String digest, IntrospectionResult verdict) -> kept(verdict)))
                .buildAsync();
    }

    private static Duration kept(IntrospectionResult verdict) {
        return switch (verdict) {
            case IntrospectionResult.Active active -> active.kept();
            case IntrospectionResult.Inactive inactive -> KEPT_INACTIVE;
            case IntrospectionResult.Unknown unknown -> KEPT_FAILURE;
        };
    }

    /** A provider for opaque tokens only, based on this introspector. */
    public AuthenticationProvider provider() {
        OpaqueTokenAuthenticationProvider provider = new OpaqueTokenAuthenticationProvider(this);
        provider.setAuthenticationConverter((token, principal) -> ((Introspected) principal).caller());
        return BearerTokens.only(BearerTokens.Kind.OPAQUE, provider);
    }

    private record Introspected(CallerAuthentication caller) implements OAuth2AuthenticatedPrincipal {
        @Override
        public Map<String, Object> getAttributes() {
            return Map.of();
        }

        @Override
        public Collection<? extends GrantedAuthority> getAuthorities() {
            return caller.getAuthorities();
        }

        @Override
        public String getName() {
            return caller.getName();
        }
    }

    /**
     * @throws RefusedTokenException if the token is not valid
     * @throws RefusedCallException if the issuer cannot be asked
     */
    @Override
    public OAuth2AuthenticatedPrincipal introspect(String token) {
        if (token.length() > LONGEST || !FORM.matcher(token).matches()) {
            throw new RefusedTokenException("no token that an issuer makes");
        }
        return switch (verdict(token)) {
            case IntrospectionResult.Active active -> new Introspected(active.caller());
            case IntrospectionResult.Inactive inactive -> throw new RefusedTokenException(inactive.reason());
            case IntrospectionResult.Unknown unknown ->
                throw new RefusedCallException(InferenceException.retryLater(
                        ErrorCode.UNAVAILABLE, "tokens cannot be verified now; try again later", RETRY_AFTER));
        };
    }

    /** The first request that needs a result asks the issuer on its own thread; others wait for it. */
    private IntrospectionResult verdict(String token) {
        CompletableFuture<IntrospectionResult> mine = new CompletableFuture<>();
        CompletableFuture<IntrospectionResult> first = verdicts.asMap().putIfAbsent(TokenDigest.of(token), mine);
        if (first != null) {
            return first.join();
        }
        IntrospectionResult verdict = new IntrospectionResult.Unknown();
        try {
            verdict = questions.ask(token);
        } finally {
            mine.complete(verdict);
        }
        return verdict;
    }
}
