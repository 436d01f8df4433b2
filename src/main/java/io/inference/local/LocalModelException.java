package io.inference.local;

import org.springframework.boot.diagnostics.FailureAnalysis;

/** The local model cannot be fetched or opened; the message is for the operator. */
public final class LocalModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LocalModelException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Spring Boot's report of this failure at start-up. */
    public FailureAnalysis analysis() {
        return new FailureAnalysis(getMessage(), "Correct LOCAL_MODEL or MODEL_DIR, or set LOCAL_ENGINE=off.", this);
    }
}
