package io.inference.limits;

import io.inference.config.LiveSettings;
import java.util.Set;
import java.util.function.Supplier;

/** The limits of callers while the service runs. */
final class LiveLimits implements LiveSettings {
    private final Supplier<LimitPolicy> now;
    private final boolean unshared;
    private final RateLimiter limiter;

    /**
     * @param now reads the settings as they are now
     * @param unshared whether limits per minute would count at each replica alone, although Redis could share them
     */
    LiveLimits(Supplier<LimitPolicy> now, boolean unshared, RateLimiter limiter) {
        this.now = now;
        this.unshared = unshared;
        this.limiter = limiter;
    }

    @Override
    public Set<String> variables() {
        return Set.of(
                "RATE_LIMIT_REQUESTS_PER_MINUTE",
                "RATE_LIMIT_TOKENS_PER_MINUTE",
                "RATE_LIMIT_STREAMS",
                "RATE_LIMIT_GROUPS");
    }

    @Override
    public void apply() {
        LimitPolicy policy = now.get();
        if (unshared && policy.needBuckets()) {
            throw new IllegalArgumentException("the first limit a minute needs a connection to Redis");
        }
        limiter.change(policy);
    }
}
