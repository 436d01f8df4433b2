package io.inference.job.worker;

import io.inference.api.error.InferenceException;
import io.inference.call.StopStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records which results have arrived, many at a time: those that arrive while one statement runs go into the next. If a
 * record is lost, the result is only delivered again.
 */
final class DeliveryNotes {
    private static final Logger log = LoggerFactory.getLogger(DeliveryNotes.class);
    private static final int MOST = 500;
    private static final Duration LONGEST_FLUSH = Duration.ofSeconds(2);

    private final Consumer<List<UUID>> store;
    private final Queue<UUID> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean writing = new AtomicBoolean();

    DeliveryNotes(Consumer<List<UUID>> store) {
        this.store = store;
    }

    void add(UUID id) {
        waiting.add(id);
        if (writing.compareAndSet(false, true)) {
            Thread.ofVirtual().name("delivery-notes").start(this::write);
        }
    }

    /** Waits a few seconds until all are recorded. */
    void flush() {
        StopStep.await(() -> !writing.get() && waiting.isEmpty(), LONGEST_FLUSH);
    }

    private void write() {
        do {
            try {
                for (List<UUID> some = take(); !some.isEmpty(); some = take()) {
                    store.accept(some);
                }
            } catch (InferenceException e) {
                log.debug("deliveries are not recorded: {}", e.getMessage());
            } finally {
                writing.set(false);
            }
            // One that was added after the last check has not started another thread.
        } while (!waiting.isEmpty() && writing.compareAndSet(false, true));
    }

    private List<UUID> take() {
        List<UUID> some = new ArrayList<>();
        for (UUID id = waiting.poll(); id != null; id = waiting.poll()) {
            some.add(id);
            if (some.size() == MOST) {
                break;
            }
        }
        return some;
    }
}
