package io.inference.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;

/**
 * Buckets of this process alone. Those that have not been used for an hour are dropped: even one in deep debt is full
 * by then.
 */
public final class LocalBuckets implements Buckets {
    private static final int MOST = 100_000;
    private static final Duration KEPT = Duration.ofHours(1);

    private final TimeMeter clock;
    private final Cache<String, Bucket> buckets =
            Caffeine.newBuilder().maximumSize(MOST).expireAfterAccess(KEPT).build();

    public LocalBuckets() {
        this(TimeMeter.SYSTEM_NANOTIME);
    }

    LocalBuckets(TimeMeter clock) {
        this.clock = clock;
    }

    @Override
    public ConsumptionProbe take(String key, long perMinute, long tokens) {
        return bucket(key, perMinute).tryConsumeAndReturnRemaining(tokens);
    }

    @Override
    public void settle(String key, long perMinute, long difference) {
        settle(bucket(key, perMinute), difference);
    }

    static void settle(Bucket bucket, long difference) {
        if (difference > 0) {
            long ignored = bucket.consumeIgnoringRateLimits(difference);
        } else if (difference < 0) {
            bucket.addTokens(-difference);
        }
    }

    private Bucket bucket(String key, long perMinute) {
        return buckets.get(
                key,
                unused -> Bucket.builder()
                        .addLimit(Buckets.configuration(perMinute).getBandwidths()[0])
                        .withCustomTimePrecision(clock)
                        .build());
    }
}
