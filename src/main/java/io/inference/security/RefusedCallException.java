package io.inference.security;

import io.inference.api.error.InferenceException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.InternalAuthenticationServiceException;

/**
 * A call that cannot be authenticated, whatever its credential: it comes from an address that may not call, or what verifies the
 * credential is unavailable. Of the kind after which no other provider is asked.
 */
public class RefusedCallException extends InternalAuthenticationServiceException {
    private static final long serialVersionUID = 1;

    private final InferenceException failure;
    private final @Nullable String reason;

    /**
     * @param failure what the caller is told
     * @param reason for the audit log; null if there is no line for it
     */
    public RefusedCallException(InferenceException failure, @Nullable String reason) {
        super(failure.getMessage(), failure);
        this.failure = failure;
        this.reason = reason;
    }

    /** What verifies the credential is unavailable. */
    public RefusedCallException(InferenceException failure) {
        this(failure, null);
    }

    public InferenceException failure() {
        return failure;
    }

    public @Nullable String reason() {
        return reason;
    }
}
