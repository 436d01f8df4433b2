package io.inference.grpc.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Limits the calls in progress, and waits for the end of the last one. */
final class CallSlots {
    private final int most;
    private int count;

    CallSlots(int most) {
        this.most = most;
    }

    /** Whether a call is admitted; if so, its caller must call {@link #leave}. */
    synchronized boolean enter() {
        if (count >= most) {
            return false;
        }
        count++;
        return true;
    }

    synchronized void leave() {
        count--;
        if (count == 0) {
            notifyAll();
        }
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
