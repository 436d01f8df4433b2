package io.inference.engine.error;

/** An invalid request; the message gives the reason. */
public final class InvalidJobException extends EngineException {
    private static final long serialVersionUID = 1L;

    public InvalidJobException(String message) {
        super(message);
    }
}
