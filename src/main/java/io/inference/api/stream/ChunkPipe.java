package io.inference.api.stream;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A stream that one thread writes and another reads. The writer waits while the reader is {@code capacity} chunks
 * behind, so a slow reader slows down the backend; the reader can stop waiting without disturbing the writer.
 */
public final class ChunkPipe implements ChunkStream {
    private final int capacity;
    private final Runnable onClose;
    private final ArrayDeque<StreamEvent> chunks;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition readable = lock.newCondition();
    private final Condition writable = lock.newCondition();

    private boolean ended;
    private boolean closed;
    private @Nullable InferenceException failure;

    /**
     * @param capacity maximum number of unread chunks
     * @param onClose stops the work, run once by the first {@link #close}; does not block for long and does not throw
     */
    public ChunkPipe(int capacity, Runnable onClose) {
        this.capacity = capacity;
        this.onClose = onClose;
        this.chunks = new ArrayDeque<>(capacity);
    }

    /**
     * Adds a chunk, or an event of pictures, waiting while the pipe is full.
     *
     * @return false if it will not be read, since the stream was closed, aborted or ended: the writer has to stop
     */
    public boolean put(StreamEvent chunk) {
        lock.lock();
        try {
            while (chunks.size() >= capacity && !ended) {
                writable.await();
            }
            if (ended) {
                return false;
            }
            chunks.addLast(chunk);
            readable.signal();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the answer successfully, after the unread chunks. Does nothing after another end. */
    public void end() {
        finish(null, false);
    }

    /** Ends the answer with a failure, after the unread chunks. Does nothing after another end. */
    public void fail(InferenceException cause) {
        finish(cause, false);
    }

    /** Ends the answer with a failure at once, without the unread chunks. Does nothing after another end. */
    public void abort(InferenceException cause) {
        finish(cause, true);
    }

    private void finish(@Nullable InferenceException cause, boolean dropWaiting) {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
            failure = cause;
            if (dropWaiting) {
                chunks.clear();
            }
            readable.signalAll();
            writable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public StreamEvent next(Duration timeout) {
        lock.lock();
        try {
            long left = timeout.toNanos();
            while (chunks.isEmpty() && !ended) {
                if (left <= 0) {
                    return StreamEvent.SILENCE;
                }
                left = readable.awaitNanos(left);
            }
            StreamEvent chunk = chunks.pollFirst();
            if (chunk != null) {
                writable.signal();
                return chunk;
            }
            if (failure != null) {
                throw failure;
            }
            return StreamEvent.END;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Call.cancellation(ErrorCode.CANCELLED);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            lock.unlock();
        }
        abort(Call.cancellation(ErrorCode.CANCELLED));
        onClose.run();
    }
}
