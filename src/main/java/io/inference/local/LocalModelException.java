package io.inference.local;

/** The local model cannot be had or opened; the message is for the operator. */
public final class LocalModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LocalModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
