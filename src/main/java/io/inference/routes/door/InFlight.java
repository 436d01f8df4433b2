package io.inference.routes.door;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls that run on one generation, so that it stops only after the last has ended. A door enters a call before its
 * route runs, and the call leaves after the last byte of its answer. Safe for use by many threads.
 */
public final class InFlight {
    private static final long RETIRED = 1L << 61;
    private static final long CLOSED = 1L << 62;

    /** The number of calls, with one of the flags above in the upper bits. */
    private final AtomicLong state = new AtomicLong();

    private volatile Runnable whenIdle = () -> {};

    /** @return false once the generation is stopping: the call then belongs to the one that serves now */
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
     * Enters the generation that serves now, which may change meanwhile.
     *
     * @param serving null if nothing serves
     * @param calls of the serving generation
     */
    public static <T extends @Nullable Object> T enter(Supplier<T> serving, Function<? super T, InFlight> calls) {
        while (true) {
            T now = serving.get();
            if (now == null || calls.apply(now).enter()) {
                return now;
            }
        }
    }

    /** Reverts {@link #enter}; to be called once for each call. */
    public void leave() {
        if (state.decrementAndGet() == RETIRED) {
            close();
        }
    }

    /** Number of running calls. */
    public long count() {
        return state.get() & (RETIRED - 1);
    }

    /**
     * Announces that no door serves the generation any more.
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
