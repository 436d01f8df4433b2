package io.inference.engine.error;

import java.time.Duration;

/** The queue is full; a retry after {@link #retryAfter()} may succeed. */
public final class EngineBusyException extends EngineException {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    public EngineBusyException(int queued, Duration retryAfter) {
        super("the engine is busy: %d requests wait already; try again in %d s"
                .formatted(queued, retryAfter.toSeconds()));
        this.retryAfter = retryAfter;
    }

    /** Estimate, from recent running times, of when there will be room; whole seconds, at least one. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
