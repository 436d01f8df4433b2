package io.inference.engine.gguf;

import io.inference.engine.error.EngineException;
import org.jspecify.annotations.Nullable;

/** A GGUF file cannot be read or is invalid; the message names the file, the error and its offset. */
public final class GgufException extends EngineException {
    private static final long serialVersionUID = 1L;

    public GgufException(String message) {
        super(message);
    }

    public GgufException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
