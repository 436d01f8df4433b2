package io.inference.api;

import java.util.Locale;

/** Why a call failed: the one table from which every door takes its status. The name in lower case is the wire's reason. */
public enum ErrorCode {
    INVALID_REQUEST(400, "INVALID_ARGUMENT"),
    UNSUPPORTED(400, "INVALID_ARGUMENT"),
    CONTEXT_LENGTH_EXCEEDED(400, "INVALID_ARGUMENT"),
    UNAUTHENTICATED(401, "UNAUTHENTICATED"),
    FORBIDDEN(403, "PERMISSION_DENIED"),
    NOT_FOUND(404, "NOT_FOUND"),
    MODEL_NOT_FOUND(404, "NOT_FOUND"),
    CONFLICT(409, "ABORTED"),
    TOO_LARGE(413, "RESOURCE_EXHAUSTED"),
    RATE_LIMITED(429, "RESOURCE_EXHAUSTED"),
    /** The caller went away; the status is for logs alone. */
    CANCELLED(499, "CANCELLED"),
    INTERNAL(500, "INTERNAL"),
    NOT_CONFIGURED(501, "UNIMPLEMENTED"),
    BACKEND_FAILED(502, "UNAVAILABLE"),
    OVERLOADED(503, "UNAVAILABLE"),
    UNAVAILABLE(503, "UNAVAILABLE"),
    TIMEOUT(504, "DEADLINE_EXCEEDED"),
    STORAGE_FULL(507, "RESOURCE_EXHAUSTED");

    private final int httpStatus;
    private final String grpcStatus;
    private final String reason = name().toLowerCase(Locale.ROOT);

    ErrorCode(int httpStatus, String grpcStatus) {
        this.httpStatus = httpStatus;
        this.grpcStatus = grpcStatus;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** Name of gRPC's status code. */
    public String grpcStatus() {
        return grpcStatus;
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
