package io.inference.api.error;

import java.time.Duration;

/**
 * A call ended while it waited for a model to be loaded, or found that its backend is loading it. Neither counts as a
 * failure of the backend.
 */
public final class StillLoadingException extends InferenceException {
    private static final long serialVersionUID = 1L;

    public StillLoadingException(ErrorCode code, String message) {
        super(code, message);
    }

    /** The backend is loading the model, and has to be asked again. */
    public StillLoadingException(String message, Duration retryAfter) {
        super(ErrorCode.OVERLOADED, message, retryAfter);
    }
}
