package io.inference.engine.error;

import org.jspecify.annotations.Nullable;

/** This machine has no GPU that the engine can use; the message gives the reason in one line. */
public final class DeviceUnavailableException extends EngineException {
    private static final long serialVersionUID = 1L;

    public DeviceUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
