package io.inference.security;

/** A token that does not hold. The message says why: for the log, never for the caller; it holds nothing of the token. */
public class RefusedTokenException extends Exception {
    public RefusedTokenException(String message) {
        super(message, null, false, false);
    }
}
