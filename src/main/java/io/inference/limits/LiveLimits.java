package io.inference.limits;

import io.inference.config.LiveSettings;
import io.inference.config.Settings;
import java.util.Set;

/** The limits of callers while the service runs. */
final class LiveLimits implements LiveSettings {
    private final Settings settings;
    private final boolean unshared;
    private final RateLimiter limiter;

    /** @param unshared whether limits per minute would count at each replica alone, although Redis could share them */
    LiveLimits(Settings settings, boolean unshared, RateLimiter limiter) {
        this.settings = settings;
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
        LimitPolicy policy = LimitSettings.of(settings).policy();
        if (unshared && policy.needBuckets()) {
            throw new IllegalArgumentException("the first limit a minute needs a connection to Redis");
        }
        limiter.change(policy);
    }
}
