package io.inference.routes.door;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls that run on one generation, so that it is taken down once the last has ended and not before. A door enters a call before
 * its route runs and lets it leave after the last byte of its answer. Safe for use by many threads.
 */
public final class InFlight {
    private static final long RETIRED = 1L << 61;
    private static final long CLOSED = 1L << 62;

    /** The number of calls, with one of the marks above it. */
    private final AtomicLong state = new AtomicLong();

    private volatile Runnable whenIdle = () -> {};

    /** @return false once the generation is being taken down: the call belongs to the one that serves by now */
    public boolean enter() {
        while (true) {
            long now = state.get();
            if (now == CLOSED) {
                return false;
            }
            if (state.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /**
     * Enters what serves now, which may change meanwhile.
     *
     * @param serving null if nothing serves
     * @param calls of what serves
     */
    public static <T extends @Nullable Object> T enter(Supplier<T> serving, Function<? super T, InFlight> calls) {
        while (true) {
            T now = serving.get();
            if (now == null || calls.apply(now).enter()) {
                return now;
            }
        }
    }

    /** Ends what {@link #enter} began; once a call. */
    public void leave() {
        if (state.decrementAndGet() == RETIRED) {
            close();
        }
    }

    /** How many calls run. */
    public long count() {
        return state.get() & (RETIRED - 1);
    }

    /**
     * Says that no door serves the generation any more.
     *
     * @param whenIdle runs once, on this thread or on that of the last call
     */
    public void retire(Runnable whenIdle) {
        this.whenIdle = whenIdle;
        if (state.updateAndGet(now -> now | RETIRED) == RETIRED) {
            close();
        }
    }

    private void close() {
        if (state.compareAndSet(RETIRED, CLOSED)) {
            whenIdle.run();
        }
    }
}
