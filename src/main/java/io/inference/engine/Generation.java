package io.inference.engine;

import io.inference.engine.error.EngineClosedException;
import io.inference.engine.error.EngineException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A generation in progress, pulled by its reader. The engine generates a few pieces ahead and then waits for the
 * reader, so that a slow one needs no memory. One thread reads; any may close.
 */
public final class Generation implements AutoCloseable {
    /** Pieces that the engine generates ahead of the reader. */
    static final int PIECES_AHEAD = 32;

    private static final GenerationEvent PENDING = new GenerationEvent.Pending();

    private final Runnable wakeEngine;
    private final Object lock = new Object(); // guards all fields below
    private final Queue<GenerationEvent.Piece> pieces = new ArrayDeque<>();
    private GenerationEvent.@Nullable End end;
    private @Nullable RuntimeException failure;
    private boolean closed;

    /** @param wakeEngine called when the reader has made room or has closed the generation */
    Generation(Runnable wakeEngine) {
        this.wakeEngine = wakeEngine;
    }

    /**
     * The next piece of text, {@link GenerationEvent.Pending} if none came in time, or the end.
     *
     * @throws EngineException if the generation failed
     * @throws EngineClosedException if this handle was closed, or the engine
     */
    public GenerationEvent next(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean wasFull;
        GenerationEvent event;
        synchronized (lock) {
            for (long left = timeout.toNanos();
                    pieces.isEmpty() && end == null && failure == null && !closed && left > 0;
                    left = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(lock, Math.max(left, 1_000_000));
            }
            wasFull = pieces.size() >= PIECES_AHEAD;
            event = poll();
        }
        if (wasFull) {
            wakeEngine.run();
        }
        return event;
    }

    private GenerationEvent poll() {
        GenerationEvent.Piece piece = pieces.poll();
        if (piece != null) {
            return piece;
        }
        if (failure != null) {
            throw failure;
        }
        if (end != null) {
            return end;
        }
        if (closed) {
            throw new EngineClosedException();
        }
        return PENDING;
    }

    /** Ends the generation at the engine's next step and discards unread pieces. Idempotent. */
    @Override
    public void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            pieces.clear();
            lock.notifyAll();
        }
        wakeEngine.run();
    }

    boolean closed() {
        synchronized (lock) {
            return closed;
        }
    }

    boolean hasRoom() {
        synchronized (lock) {
            return pieces.size() < PIECES_AHEAD;
        }
    }

    void put(GenerationEvent.Piece piece) {
        synchronized (lock) {
            if (!closed) {
                pieces.add(piece);
                lock.notifyAll();
            }
        }
    }

    void end(GenerationEvent.End event) {
        synchronized (lock) {
            end = event;
            lock.notifyAll();
        }
    }

    void fail(RuntimeException cause) {
        synchronized (lock) {
            failure = cause;
            lock.notifyAll();
        }
    }
}
