package io.inference.limits;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;

/** Token buckets. A bucket holds the amount of one minute and fills evenly. Thread-safe. */
public interface Buckets {
    /**
     * Takes tokens if there are enough.
     *
     * @param key names the caller, the model and what is counted
     */
    ConsumptionProbe take(String key, long perMinute, long tokens);

    /**
     * Takes the tokens that a request used beyond its estimate, even if fewer are left; gives tokens back if the
     * difference is negative.
     */
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
