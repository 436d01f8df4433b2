package io.inference.grpc.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Limits the calls in progress, admits none after the stop has begun, and waits for the end of the last one. */
final class CallSlots {
    private final int most;
    private int count;
    private boolean stopping;

    /** Whether a call is admitted. */
    enum Entry {
        IN,
        TOO_MANY,
        STOPPING
    }

    CallSlots(int most) {
        this.most = most;
    }

    /** The caller of this method must call {@link #leave} if the result is {@link Entry#IN}. */
    synchronized Entry enter() {
        if (stopping) {
            return Entry.STOPPING;
        }
        if (count >= most) {
            return Entry.TOO_MANY;
        }
        count++;
        return Entry.IN;
    }

    synchronized void leave() {
        count--;
        if (count == 0) {
            notifyAll();
        }
    }

    /** Refuses every call from now on. */
    synchronized void refuseNew() {
        stopping = true;
    }

    synchronized boolean any() {
        return count > 0;
    }

    /** Waits until the last call has ended or the time is over. */
    synchronized void awaitNone(Duration longest) throws InterruptedException {
        long until = System.nanoTime() + longest.toNanos();
        while (count > 0) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (leftMillis <= 0) {
                return;
            }
            wait(leftMillis);
        }
    }
}
