package io.inference.api;

import java.util.Locale;

/** Why a call failed: the one table from which every door takes its status. The name in lower case is the wire's reason. */
public enum ErrorCode {
    INVALID_REQUEST(400),
    UNSUPPORTED(400),
    CONTEXT_LENGTH_EXCEEDED(400),
    UNAUTHENTICATED(401),
    FORBIDDEN(403),
    NOT_FOUND(404),
    MODEL_NOT_FOUND(404),
    CONFLICT(409),
    TOO_LARGE(413),
    RATE_LIMITED(429),
    /** The caller went away; the status is for logs alone. */
    CANCELLED(499),
    INTERNAL(500),
    NOT_CONFIGURED(501),
    BACKEND_FAILED(502),
    OVERLOADED(503),
    UNAVAILABLE(503),
    TIMEOUT(504),
    STORAGE_FULL(507);

    private final int httpStatus;
    private final String reason = name().toLowerCase(Locale.ROOT);

    ErrorCode(int httpStatus) {
        this.httpStatus = httpStatus;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** The code as callers see it, such as {@code model_not_found}. */
    public String reason() {
        return reason;
    }

    /** Whether the same request may well succeed later, so that its refusal says when to try again. */
    public boolean isTemporary() {
        return this == RATE_LIMITED || httpStatus == 503;
    }

    /** Whether the fault lies in the request, so that no other backend would take it either. */
    public boolean isCallersFault() {
        return httpStatus < 500;
    }
}
