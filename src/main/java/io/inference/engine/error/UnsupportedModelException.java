package io.inference.engine.error;

/** The model's file is sound but asks for something that this engine does not do; the message says what. */
public final class UnsupportedModelException extends EngineException {
    private static final long serialVersionUID = 1L;

    public UnsupportedModelException(String message) {
        super(message);
    }
}
