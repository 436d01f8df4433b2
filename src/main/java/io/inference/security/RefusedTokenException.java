package io.inference.security;

import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;

/**
 * A token or key that is not valid. The message gives the reason: for the log, never for the caller; it contains
 * nothing of the token.
 */
public class RefusedTokenException extends OAuth2AuthenticationException {
    private static final long serialVersionUID = 1;
    private static final OAuth2Error ERROR = new OAuth2Error("invalid_token");

    public RefusedTokenException(String message) {
        super(ERROR, message);
    }

    /** Without a stack trace: a flood of made-up tokens is cheap to refuse. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
