package io.inference.amqp;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The unacknowledged messages of jobs, until their results have arrived. Safe for use by many threads. */
final class HeldDeliveries {
    private static final int MOST_REMEMBERED = 50_000;

    private final Map<UUID, List<Delivery>> held = new HashMap<>();

    /** Jobs that ended before their message was noted here. */
    private final Cache<UUID, Boolean> arrived = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    /** Keeps a message until {@link #release}, or acknowledges it at once where that has been. */
    void hold(UUID job, Delivery delivery) {
        delivery.hold();
        synchronized (this) {
            if (arrived.getIfPresent(job) == null) {
                held.computeIfAbsent(job, id -> new ArrayList<>(1)).add(delivery);
                return;
            }
        }
        delivery.acknowledge();
    }

    /** The job's result has arrived, or the row takes over: its messages are done with. */
    void release(UUID job) {
        List<Delivery> done;
        synchronized (this) {
            arrived.put(job, true);
            done = held.remove(job);
        }
        if (done != null) {
            done.forEach(Delivery::acknowledge);
        }
    }

    /** Gives the job's messages back to the broker. */
    void giveBack(UUID job) {
        List<Delivery> lost;
        synchronized (this) {
            lost = held.remove(job);
        }
        if (lost != null) {
            lost.forEach(Delivery::requeue);
        }
    }

    synchronized List<Delivery> of(UUID job) {
        return List.copyOf(held.getOrDefault(job, List.of()));
    }

    /** Jobs whose messages are held for longer than this. */
    synchronized List<UUID> olderThan(Duration age) {
        return held.entrySet().stream()
                .filter(entry -> entry.getValue().stream()
                        .anyMatch(delivery -> delivery.age().compareTo(age) > 0))
                .map(Map.Entry::getKey)
                .toList();
    }

    synchronized int size() {
        return held.values().stream().mapToInt(List::size).sum();
    }

    /** The connection is gone: the broker has taken them all back. */
    synchronized void forget() {
        held.clear();
    }
}
