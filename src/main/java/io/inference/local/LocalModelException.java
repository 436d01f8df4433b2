package io.inference.local;

import org.springframework.boot.diagnostics.FailureAnalysis;

/** The local model cannot be had or opened; the message is for the operator. */
public final class LocalModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LocalModelException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What Spring Boot reports of it. */
    public FailureAnalysis analysis() {
        return new FailureAnalysis(getMessage(), "Correct LOCAL_MODEL or MODEL_DIR, or set LOCAL_ENGINE=off.", this);
    }
}
