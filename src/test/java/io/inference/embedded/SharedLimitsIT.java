package io.inference.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.limits.RedisBuckets;
import io.inference.redis.RedisAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedLimitsIT {
    private static final long PER_MINUTE = 100_000;

    @TempDir
    Path folder;

    @Test
    void replicasCountTogetherAndEachForItselfWhileRedisIsAway() throws Exception {
        try (RedisProcess redis = new RedisProcess(folder)) {
            RedisAddress settings = redis.start(Duration.ofSeconds(5));
            try (RedisBuckets one = new RedisBuckets(() -> settings);
                    RedisBuckets two = new RedisBuckets(() -> settings)) {
                // A bucket that one replica empties is empty for the other only if both use Redis. They do not before
                // they are connected, nor after an answer that took half a second: then with another bucket.
                AtomicInteger attempt = new AtomicInteger();
                await().untilAsserted(() -> {
                    String key = "alice" + attempt.incrementAndGet();
                    assertThat(one.take(key, PER_MINUTE, PER_MINUTE).isConsumed())
                            .isTrue();
                    assertThat(two.take(key, PER_MINUTE, PER_MINUTE).isConsumed())
                            .isFalse();
                    two.settle(key, PER_MINUTE, -60_000);
                    assertThat(one.take(key, PER_MINUTE, 60_000).isConsumed()).isTrue();
                });
                String key = "alice" + attempt.get();

                redis.close();
                assertThat(one.take(key, PER_MINUTE, PER_MINUTE).isConsumed()).isTrue();
                assertThat(one.take(key, PER_MINUTE, PER_MINUTE).isConsumed()).isFalse();
                assertThat(two.take(key, PER_MINUTE, PER_MINUTE).isConsumed()).isTrue();
            }
        }
    }

    @Test
    void limitsHoldBeforeRedisIsThere() {
        try (RedisBuckets buckets = new RedisBuckets(() -> {
            throw new IOException("not there");
        })) {
            assertThat(buckets.take("alice", 1, 1).isConsumed()).isTrue();
            assertThat(buckets.take("alice", 1, 1).isConsumed()).isFalse();
        }
    }
}
