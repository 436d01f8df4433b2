package io.inference.security.opaque;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.inference.api.Caller;
import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import io.inference.security.RefusedTokenException;
import io.inference.security.TokenDigest;
import io.inference.security.TokenVerifier;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Verifies tokens that only their issuer can read. What it said of one is kept by the token's digest: of a good one for a minute and never
 * beyond its expiry, of another for ten seconds, a failure for one; requests with the same token at once ask once. Asked after the
 * verifiers that know their tokens by their looks, and never about an API key.
 */
public final class OpaqueTokenVerifier implements TokenVerifier {
    static final Duration KEPT_INACTIVE = Duration.ofSeconds(10);
    static final Duration KEPT_FAILURE = Duration.ofSeconds(1);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
    private static final int MOST_KEPT = 20_000;
    private static final int LONGEST = 4096;

    /** What a bearer token is made of (RFC 6750). */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private static final String API_KEY = "ik_";

    private final TokenQuestions questions;
    private final AsyncCache<String, Verdict> verdicts;

    public OpaqueTokenVerifier(TokenQuestions questions) {
        this(questions, System::nanoTime);
    }

    OpaqueTokenVerifier(TokenQuestions questions, LongSupplier nanoTime) {
        this.questions = questions;
        this.verdicts = Caffeine.newBuilder()
                .maximumSize(MOST_KEPT)
                .ticker(nanoTime::getAsLong)
                .expireAfter(Expiry.creating((String digest, Verdict verdict) -> kept(verdict)))
                .buildAsync();
    }

    private static Duration kept(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Active active -> active.kept();
            case Verdict.Inactive inactive -> KEPT_INACTIVE;
            case Verdict.Unknown unknown -> KEPT_FAILURE;
        };
    }

    @Override
    public boolean takes(String token) {
        return !token.startsWith(API_KEY);
    }

    @Override
    public Caller verify(String token) throws RefusedTokenException {
        if (token.length() > LONGEST || !FORM.matcher(token).matches()) {
            throw new RefusedTokenException("no token that an issuer makes");
        }
        return switch (verdict(token)) {
            case Verdict.Active active -> active.caller();
            case Verdict.Inactive inactive -> throw new RefusedTokenException(inactive.reason());
            case Verdict.Unknown unknown ->
                throw InferenceException.retryLater(
                        ErrorCode.UNAVAILABLE, "tokens cannot be verified now; try again later", RETRY_AFTER);
        };
    }

    /** The first to need a verdict asks, on its own thread; whoever comes meanwhile waits for it. */
    private Verdict verdict(String token) {
        CompletableFuture<Verdict> mine = new CompletableFuture<>();
        CompletableFuture<Verdict> first = verdicts.asMap().putIfAbsent(TokenDigest.of(token), mine);
        if (first != null) {
            return first.join();
        }
        Verdict verdict = new Verdict.Unknown();
        try {
            verdict = questions.ask(token);
        } finally {
            mine.complete(verdict);
        }
        return verdict;
    }
}
