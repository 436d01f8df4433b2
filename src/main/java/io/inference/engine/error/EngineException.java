package io.inference.engine.error;

import org.jspecify.annotations.Nullable;

/** Something the engine cannot do for its caller; the subclasses say what kind of thing. */
public class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
