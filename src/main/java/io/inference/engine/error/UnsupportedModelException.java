package io.inference.engine.error;

/** The model's file is valid but needs a feature that this engine does not have; the message names it. */
public final class UnsupportedModelException extends EngineException {
    private static final long serialVersionUID = 1L;

    public UnsupportedModelException(String message) {
        super(message);
    }
}
