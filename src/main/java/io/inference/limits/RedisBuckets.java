package io.inference.limits;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.inference.redis.RedisAddress;
import io.inference.redis.RedisConnection;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Buckets that all replicas share. While Redis is unavailable this replica counts in buckets of its own, so that no
 * request is refused because of it and the limits still hold for each replica.
 */
public final class RedisBuckets implements Buckets, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisBuckets.class);
    private static final String PREFIX = "inference:limit:";
    private static final Duration ANSWER_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_KEPT = Duration.ofHours(1);
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private final LocalBuckets local = new LocalBuckets();
    private final RedisConnection<ProxyManager<String>> redis;
    private volatile long pausedAtNanos;
    private volatile boolean unavailable;

    /** @param source gives the address of Redis; may start the server */
    public RedisBuckets(Callable<RedisAddress> source) {
        this.redis = RedisConnection.open(
                source,
                ANSWER_WAIT,
                connection -> Bucket4jLettuce.casBasedBuilder(connection)
                        .expirationAfterWrite(
                                ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(LONGEST_KEPT))
                        .requestTimeout(ANSWER_WAIT)
                        .build());
    }

    @Override
    public ConsumptionProbe take(String key, long perMinute, long tokens) {
        ConsumptionProbe shared = ask(key, perMinute, bucket -> bucket.tryConsumeAndReturnRemaining(tokens));
        return shared == null ? local.take(key, perMinute, tokens) : shared;
    }

    @Override
    public void settle(String key, long perMinute, long difference) {
        Boolean shared = ask(key, perMinute, bucket -> {
            LocalBuckets.settle(bucket, difference);
            return true;
        });
        if (shared == null) {
            local.settle(key, perMinute, difference);
        }
    }

    /** Null if Redis does not answer; it is then not asked for a second, so that not every request waits for it. */
    private <T> @Nullable T ask(String key, long perMinute, Function<Bucket, T> question) {
        ProxyManager<String> shared = redis.get();
        boolean paused = unavailable && System.nanoTime() - pausedAtNanos < PAUSE_NANOS;
        if (shared == null || paused) {
            return null;
        }
        try {
            T answer = question.apply(shared.getProxy(PREFIX + key, () -> Buckets.configuration(perMinute)));
            if (unavailable) {
                unavailable = false;
                log.info("limits are shared by Redis again");
            }
            return answer;
        } catch (RuntimeException e) {
            pausedAtNanos = System.nanoTime();
            if (!unavailable) {
                unavailable = true;
                log.warn("limits are counted by this replica alone, Redis does not answer: {}", e.getMessage());
            }
            return null;
        }
    }

    @Override
    public void close() {
        redis.close();
    }
}
