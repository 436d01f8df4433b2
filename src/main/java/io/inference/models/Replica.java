package io.inference.models;

import io.inference.api.backend.Backend;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One of the servers of an entry: the calls that it has, and whether it is down. */
final class Replica {
    /** Time after which a server that was down gets one call again. */
    private static final long RETRY_NANOS = 2_000_000_000L;

    /** Number of calls of one that is closed. */
    private static final int CLOSED = Integer.MIN_VALUE;

    private final Backend backend;
    private final @Nullable URI url;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile @Nullable Runnable closing;
    private volatile boolean down;
    private volatile long triedNanos;

    /** @param url its address; null for the model of this process */
    Replica(Backend backend, @Nullable URI url) {
        this.backend = backend;
        this.url = url;
    }

    @Nullable
    URI url() {
        return url;
    }

    Backend backend() {
        return backend;
    }

    int calls() {
        return calls.get();
    }

    /** Counts a call, unless it was closed meanwhile. */
    boolean begin() {
        triedNanos = System.nanoTime();
        return calls.getAndUpdate(now -> now == CLOSED ? now : now + 1) != CLOSED;
    }

    void end() {
        calls.decrementAndGet();
        closeIfIdle();
    }

    /** Closes it once it has no calls. */
    void retire(Runnable close) {
        closing = close;
        closeIfIdle();
    }

    private void closeIfIdle() {
        Runnable close = closing;
        if (close != null && calls.compareAndSet(0, CLOSED)) {
            close.run();
        }
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
