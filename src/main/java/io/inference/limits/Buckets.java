package io.inference.limits;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;

/** Where buckets are kept. A bucket holds what a minute gives and fills evenly. Safe for use by many threads. */
public interface Buckets {
    /**
     * Takes tokens, if there are as many.
     *
     * @param key names the caller, the model and what is counted
     */
    ConsumptionProbe take(String key, long perMinute, long tokens);

    /** Takes what was used beyond what had been taken, even where less is left; or gives back, where the difference is negative. */
    void settle(String key, long perMinute, long difference);

    static BucketConfiguration configuration(long perMinute) {
        return BucketConfiguration.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(perMinute)
                        .refillGreedy(perMinute, Duration.ofMinutes(1))
                        .build())
                .build();
    }
}
