package io.inference.conversation.copy;

import io.inference.conversation.turn.CopyRemover;
import io.inference.redis.LateConnectionFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Removes copies from Redis. Those that cannot be removed because Redis does not answer are tried again until they have
 * expired.
 */
final class RedisCopies implements CopyRemover, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisCopies.class);
    private static final Duration PERIOD = Duration.ofSeconds(2);
    /** A Redis that answers does so within this time. */
    private static final Duration SOON = Duration.ofMillis(100);

    /** More than these expire, without further attempts. */
    private static final int MOST_LEFT = 100_000;

    private final LateConnectionFactory connection;
    private final StringRedisTemplate redis;
    private final Duration kept;
    /** Keys that are still to be removed, and when they have expired. */
    private final Map<String, Long> left = new ConcurrentHashMap<>();

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("copy-remover").daemon().factory());

    /** @param kept how long Redis keeps a copy at most */
    RedisCopies(LateConnectionFactory connection, StringRedisTemplate redis, Duration kept) {
        this.connection = connection;
        this.redis = redis;
        this.kept = kept;
        var ignored = timer.scheduleWithFixedDelay(
                this::removeLeft, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void remove(Collection<UUID> conversations) {
        if (conversations.isEmpty() || !connection.isConfigured()) {
            return;
        }
        List<String> keys =
                conversations.stream().flatMap(id -> CopyKeys.all(id).stream()).toList();
        // While others wait Redis may not answer, and this caller is not to wait for it as long as the first one did.
        boolean removed = left.isEmpty() ? delete(keys) : deleteSoon(keys);
        if (!removed && left.size() < MOST_LEFT) {
            long expired = System.nanoTime() + kept.toNanos();
            keys.forEach(key -> left.put(key, expired));
        }
    }

    private void removeLeft() {
        left.values().removeIf(expired -> System.nanoTime() - expired > 0);
        List<String> keys = List.copyOf(left.keySet());
        if (!keys.isEmpty() && delete(keys)) {
            keys.forEach(left::remove);
            log.info("{} copies of deleted messages are removed from Redis", keys.size());
        }
    }

    private boolean deleteSoon(List<String> keys) {
        CompletableFuture<Boolean> deleted = new CompletableFuture<>();
        Thread.ofVirtual().name("copy-remover").start(() -> deleted.complete(delete(keys)));
        return deleted.completeOnTimeout(false, SOON.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private boolean delete(List<String> keys) {
        try {
            Long ignored = redis.delete(keys);
            return true;
        } catch (RuntimeException e) {
            if (left.isEmpty()) {
                log.warn("copies of deleted messages are removed from Redis once it answers: {}", e.getMessage());
            }
            return false;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
