package io.inference.api.error;

/** A call ended while it waited for a model to be loaded, which does not count as a failure of the backend. */
public final class StillLoadingException extends InferenceException {
    private static final long serialVersionUID = 1L;

    public StillLoadingException(ErrorCode code, String message) {
        super(code, message);
    }
}
