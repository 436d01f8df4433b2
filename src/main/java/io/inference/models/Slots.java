package io.inference.models;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Limits the calls that are in progress at one backend. */
final class Slots {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final String backend;
    private final @Nullable Semaphore free;

    /** @param max null for no limit */
    Slots(String backend, @Nullable Integer max) {
        this.backend = backend;
        this.free = max == null ? null : new Semaphore(max, true);
    }

    /**
     * Takes a slot.
     *
     * @param longest how long to wait for one, if the call has that much time left; zero: not at all
     * @throws InferenceException {@code OVERLOADED} if there is none, which does not count as a failure of the backend
     */
    void take(Call call, Duration longest) {
        if (free == null) {
            return;
        }
        long left = Math.min(longest.toNanos(), call.remaining().toNanos());
        if (!tryTake(free, call, Math.max(0, left))) {
            call.throwIfCancelled();
            throw InferenceException.retryLater(
                    ErrorCode.OVERLOADED, "the " + backend + " backend is busy", RETRY_AFTER);
        }
    }

    private static boolean tryTake(Semaphore free, Call call, long nanos) {
        Runnable stop = Thread.currentThread()::interrupt;
        if (nanos > 0) {
            call.onCancel(stop);
        }
        try {
            // With a time, even of zero, it respects those who wait.
            return free.tryAcquire(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return false;
        } finally {
            if (nanos > 0) {
                call.removeOnCancel(stop);
                // A late cancellation must not interrupt later work of this thread.
                boolean ignored = Thread.interrupted();
            }
        }
    }

    void release() {
        if (free != null) {
            free.release();
        }
    }
}
