package io.inference.models;

import io.inference.api.backend.Backend;
import java.util.concurrent.atomic.AtomicInteger;

/** One of the servers of an entry: the calls that it has, and whether it is down. */
final class Replica {
    /** Time after which a server that was down gets one call again. */
    private static final long RETRY_NANOS = 2_000_000_000L;

    private final Backend backend;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean down;
    private volatile long triedNanos;

    Replica(Backend backend) {
        this.backend = backend;
    }

    Backend backend() {
        return backend;
    }

    int calls() {
        return calls.get();
    }

    void begin() {
        calls.incrementAndGet();
        triedNanos = System.nanoTime();
    }

    void end() {
        calls.decrementAndGet();
    }

    /** Whether it answered last, or has not been tried for a while. */
    boolean isAvailable() {
        return !down || System.nanoTime() - triedNanos > RETRY_NANOS;
    }

    boolean isDown() {
        return down;
    }

    void answered() {
        down = false;
    }

    void failed() {
        triedNanos = System.nanoTime();
        down = true;
    }
}
