package io.inference.api.stream;

import java.time.Duration;

/**
 * An answer that is being generated, pulled by its reader: a slow reader slows down the backend instead of filling
 * memory. One reader at a time, on a thread that may block; {@link #close} may be called from any thread.
 */
public interface ChunkStream extends AutoCloseable {
    /**
     * Waits for the next event.
     *
     * @param timeout how long to wait before {@link StreamEvent#SILENCE}
     * @return a chunk, silence, or the end, which is returned by every later call too
     * @throws io.inference.api.error.InferenceException if the backend failed, or the call was cancelled
     */
    StreamEvent next(Duration timeout);

    /** Cancels the backend's work at once. Idempotent, never throws, and needed after the end as well. */
    @Override
    void close();
}
