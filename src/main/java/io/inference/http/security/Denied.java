package io.inference.http.security;

import org.springframework.security.authorization.AuthorizationDecision;

/** A caller that is known and may not do this. */
final class Denied extends AuthorizationDecision {
    private static final long serialVersionUID = 1;

    private final String told;
    private final String reason;

    /**
     * @param told to the caller
     * @param reason for the audit log
     */
    Denied(String told, String reason) {
        super(false);
        this.told = told;
        this.reason = reason;
    }

    String told() {
        return told;
    }

    String reason() {
        return reason;
    }
}
