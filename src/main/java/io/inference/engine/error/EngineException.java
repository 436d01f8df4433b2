package io.inference.engine.error;

import org.jspecify.annotations.Nullable;

/** A failure of the engine; the subclasses give its kind. */
public class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
