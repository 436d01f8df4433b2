package io.inference.api.stream;

import java.time.Duration;

/**
 * An answer in the making, pulled by its reader: a slow reader slows the backend instead of filling memory. One reader at a time, on
 * a thread that may block; {@link #close} may come from any thread.
 */
public interface ChunkStream extends AutoCloseable {
    /**
     * Waits for what comes next.
     *
     * @param timeout how long to wait before {@link StreamEvent#SILENCE}
     * @return a chunk, silence or, from then on for ever, the end
     * @throws io.inference.api.error.InferenceException when the backend failed, or the call was cancelled
     */
    StreamEvent next(Duration timeout);

    /** Cancels the backend's work at once. Idempotent, never throws, and needed after the end as well. */
    @Override
    void close();
}
