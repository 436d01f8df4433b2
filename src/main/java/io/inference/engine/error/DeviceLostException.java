package io.inference.engine.error;

import org.jspecify.annotations.Nullable;

/**
 * The device that ran the model can no longer be used: it was removed, its memory failed or a kernel faulted. All work
 * in progress is lost; the engine continues on the CPU.
 */
public final class DeviceLostException extends EngineException {
    private static final long serialVersionUID = 1L;

    public DeviceLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
