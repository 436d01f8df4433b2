package io.inference.engine.cuda.driver;

import io.inference.engine.error.EngineException;

/** A call of the CUDA driver failed, and the device can still be used. */
public final class CudaException extends EngineException {
    private static final long serialVersionUID = 1L;

    private final int code;

    CudaException(String message, int code) {
        super(message);
        this.code = code;
    }

    /** The driver's {@code CUresult}. */
    public int code() {
        return code;
    }
}
