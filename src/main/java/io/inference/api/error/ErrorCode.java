package io.inference.api.error;

import java.util.Locale;

/**
 * Reason codes of failed calls, in the one table from which every door takes its status. The name in lower case is the
 * reason in responses.
 */
public enum ErrorCode {
    INVALID_REQUEST(400, "INVALID_ARGUMENT", Disposition.REJECT),
    UNSUPPORTED(400, "INVALID_ARGUMENT", Disposition.REJECT),
    CONTEXT_LENGTH_EXCEEDED(400, "INVALID_ARGUMENT", Disposition.REJECT),
    UNAUTHENTICATED(401, "UNAUTHENTICATED", Disposition.REJECT),
    FORBIDDEN(403, "PERMISSION_DENIED", Disposition.REJECT),
    NOT_FOUND(404, "NOT_FOUND", Disposition.REPORT),
    MODEL_NOT_FOUND(404, "NOT_FOUND", Disposition.REPORT),
    CONFLICT(409, "ABORTED", Disposition.REPORT),
    TOO_LARGE(413, "RESOURCE_EXHAUSTED", Disposition.REJECT),
    RATE_LIMITED(429, "RESOURCE_EXHAUSTED", Disposition.RETRY_LATER),
    /** The caller disconnected; the status is only for logs. */
    CANCELLED(499, "CANCELLED", Disposition.CANCEL),
    INTERNAL(500, "INTERNAL", Disposition.RETRY),
    NOT_CONFIGURED(501, "UNIMPLEMENTED", Disposition.REPORT),
    BACKEND_FAILED(502, "UNAVAILABLE", Disposition.RETRY),
    OVERLOADED(503, "UNAVAILABLE", Disposition.RETRY_LATER),
    UNAVAILABLE(503, "UNAVAILABLE", Disposition.RETRY_LATER),
    TIMEOUT(504, "DEADLINE_EXCEEDED", Disposition.RETRY),
    STORAGE_FULL(507, "RESOURCE_EXHAUSTED", Disposition.RETRY);

    /** How a job that failed, or the message that requested it, is handled. */
    public enum Disposition {
        /** Retried for up to a day: the request is not at fault, the service was busy. */
        RETRY_LATER,
        /** Retried a few times, then dead-lettered. */
        RETRY,
        /** Not retried: its caller gets the failure, and it is dead-lettered. */
        REJECT,
        /** Not retried: its caller gets the failure. */
        REPORT,
        /** Its caller cancelled it. */
        CANCEL;

        public boolean isRetried() {
            return this == RETRY_LATER || this == RETRY;
        }

        /** Whether a message that has finally failed is kept for operators. */
        public boolean isDeadLettered() {
            return this == RETRY_LATER || this == RETRY || this == REJECT;
        }
    }

    private final int httpStatus;
    private final String grpcStatus;
    private final Disposition disposition;
    private final String reason = name().toLowerCase(Locale.ROOT);

    ErrorCode(int httpStatus, String grpcStatus, Disposition disposition) {
        this.httpStatus = httpStatus;
        this.grpcStatus = grpcStatus;
        this.disposition = disposition;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** How a job that failed for this reason is handled. */
    public Disposition disposition() {
        return disposition;
    }

    /** Name of gRPC's status code. */
    public String grpcStatus() {
        return grpcStatus;
    }

    /** The code as callers see it, such as {@code model_not_found}. */
    public String reason() {
        return reason;
    }

    /** Whether the same request may succeed later, so that its refusal says when to retry. */
    public boolean isTemporary() {
        return this == RATE_LIMITED || httpStatus == 503;
    }

    /** Whether the fault is in the request, so that every other backend would refuse it too. */
    public boolean isCallersFault() {
        return httpStatus < 500;
    }
}
