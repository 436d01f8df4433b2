package io.inference.http.security;

import org.springframework.security.authorization.AuthorizationDecision;

/** Refuses an authenticated caller that may not do this. */
final class Denied extends AuthorizationDecision {
    private static final long serialVersionUID = 1;

    private final String callerMessage;
    private final String reason;

    /**
     * @param callerMessage sent to the caller
     * @param reason for the audit log
     */
    Denied(String callerMessage, String reason) {
        super(false);
        this.callerMessage = callerMessage;
        this.reason = reason;
    }

    String callerMessage() {
        return callerMessage;
    }

    String reason() {
        return reason;
    }
}
