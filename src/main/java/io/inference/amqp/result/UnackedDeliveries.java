package io.inference.amqp.result;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.inference.amqp.message.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The unacknowledged messages of jobs, until their results have arrived. A message is its job's own if the row names
 * the same destination for the result; any other is answered by the replica that holds it. Safe for use by many
 * threads.
 */
public final class UnackedDeliveries {
    private static final int MOST_REMEMBERED = 50_000;

    private record Held(Delivery delivery, boolean own) {
        boolean isOlderThan(Duration age) {
            return delivery.age().compareTo(age) > 0;
        }
    }

    private final Map<UUID, List<Held>> held = new HashMap<>();

    /** Jobs that ended before their message was registered here. */
    private final Cache<UUID, Boolean> arrived = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    /** Keeps a message until its result has arrived, or acknowledges it at once if it has arrived already. */
    public void hold(UUID job, Delivery delivery, boolean own) {
        delivery.hold();
        synchronized (this) {
            if (!own || arrived.getIfPresent(job) == null) {
                held.computeIfAbsent(job, id -> new ArrayList<>(1)).add(new Held(delivery, own));
                return;
            }
        }
        delivery.acknowledge();
    }

    /** The job's result has arrived, or the row takes over: the job's own messages are acknowledged. */
    void release(UUID job) {
        synchronized (this) {
            arrived.put(job, true);
        }
        take(job, Held::own).forEach(Delivery::acknowledge);
    }

    /** The result has arrived at the destination of this message. */
    void release(UUID job, Delivery delivery) {
        take(job, one -> one.delivery.equals(delivery)).forEach(Delivery::acknowledge);
    }

    /** After a long time or at a stop: the row takes over from the job's own messages, others go back to the broker. */
    void relinquish(UUID job) {
        release(job);
        giveBack(job);
    }

    /** Returns the job's messages to the broker. */
    void giveBack(UUID job) {
        take(job, one -> true).forEach(Delivery::requeue);
    }

    private synchronized List<Delivery> take(UUID job, Predicate<Held> which) {
        List<Held> all = held.remove(job);
        if (all == null) {
            return List.of();
        }
        List<Held> left = all.stream().filter(which.negate()).toList();
        if (!left.isEmpty()) {
            held.put(job, new ArrayList<>(left));
        }
        return all.stream().filter(which).map(Held::delivery).toList();
    }

    /** Messages that are not the job's own. */
    synchronized List<Delivery> othersOf(UUID job) {
        return held.getOrDefault(job, List.of()).stream()
                .filter(one -> !one.own)
                .map(Held::delivery)
                .toList();
    }

    /** Jobs whose messages are held for longer than this. */
    synchronized List<UUID> olderThan(Duration age) {
        return held.entrySet().stream()
                .filter(entry -> entry.getValue().stream().anyMatch(one -> one.isOlderThan(age)))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Whether no message has been held for less than this. */
    synchronized boolean areOlderThan(Duration age) {
        return held.values().stream().flatMap(List::stream).allMatch(one -> one.isOlderThan(age));
    }

    public synchronized int size() {
        return held.values().stream().mapToInt(List::size).sum();
    }

    /** The connection is lost: the broker has requeued all messages. */
    synchronized void forget() {
        held.clear();
    }
}
