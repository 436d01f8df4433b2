package io.inference.engine.batch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The order of waiting sequences. First by priority; waiting makes a sequence more urgent step by step, so that the
 * least urgent gets its turn in the end. Among equals the caller with the fewest running sequences comes first, then
 * the one whose last turn is longest ago; then the order of arrival. For one thread.
 */
final class WaitingQueue {
    private final List<Sequence> waiting = new ArrayList<>(); // in order of arrival
    private final Map<String, Long> lastTurn = new HashMap<>(); // of callers that wait or run
    private final Map<String, Integer> running = new HashMap<>();
    private final long ageingNanos;
    private long turns;

    WaitingQueue(Duration ageing) {
        this.ageingNanos = Math.max(1, ageing.toNanos());
    }

    int size() {
        return waiting.size();
    }

    void add(Sequence sequence) {
        waiting.add(sequence);
    }

    /** Puts back a sequence that had its turn and lost its pages: ahead of all with the same priority and caller. */
    void putBack(Sequence sequence) {
        ended(sequence);
        waiting.addFirst(sequence);
    }

    /** Removes every sequence that matches. */
    List<Sequence> remove(Predicate<Sequence> condition) {
        List<Sequence> removed = waiting.stream().filter(condition).toList();
        waiting.removeAll(removed);
        return removed;
    }

    /** The next sequence at time {@code now}; it stays in the queue. */
    Optional<Sequence> peek(long now) {
        return waiting.stream()
                .min(Comparator.<Sequence>comparingLong(it -> urgency(it, now))
                        .thenComparingInt(it -> running.getOrDefault(it.request.caller(), 0))
                        .thenComparingLong(it -> lastTurn.getOrDefault(it.request.caller(), 0L)));
    }

    private long urgency(Sequence sequence, long now) {
        return sequence.request.priority() - (now - sequence.enqueuedNanos) / ageingNanos;
    }

    /** Moves the sequence from the queue to the running ones. */
    void admitted(Sequence sequence) {
        waiting.remove(sequence);
        lastTurn.put(sequence.request.caller(), ++turns);
        running.merge(sequence.request.caller(), 1, Integer::sum);
    }

    /** Records that the sequence no longer runs. */
    void ended(Sequence sequence) {
        String caller = sequence.request.caller();
        running.computeIfPresent(caller, (name, count) -> count == 1 ? null : count - 1);
        // A caller without sequences is removed, so that the map does not grow with every caller.
        if (!running.containsKey(caller)
                && waiting.stream().noneMatch(it -> it.request.caller().equals(caller))) {
            lastTurn.remove(caller);
        }
    }
}
