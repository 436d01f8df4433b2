package io.inference.engine.error;

/** A request that no engine could serve; the message says why. */
public final class InvalidJobException extends EngineException {
    private static final long serialVersionUID = 1L;

    public InvalidJobException(String message) {
        super(message);
    }
}
