package io.inference.api.error;

/** A call ended while it waited for a model to be loaded, which says nothing against the backend that loads it. */
public final class StillLoadingException extends InferenceException {
    private static final long serialVersionUID = 1L;

    public StillLoadingException(ErrorCode code, String message) {
        super(code, message);
    }
}
