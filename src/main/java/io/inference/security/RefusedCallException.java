package io.inference.security;

import io.inference.api.error.InferenceException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.InternalAuthenticationServiceException;

/**
 * A call that cannot be authenticated, whatever its credential: its address may not call, or the service that verifies
 * the credential is unavailable. Its type makes Spring Security ask no other provider.
 */
public class RefusedCallException extends InternalAuthenticationServiceException {
    private static final long serialVersionUID = 1;

    private final InferenceException failure;
    private final @Nullable String reason;

    /**
     * @param failure sent to the caller
     * @param reason for the audit log; null if no line is to be written
     */
    public RefusedCallException(InferenceException failure, @Nullable String reason) {
        super(failure.getMessage(), failure);
        this.failure = failure;
        this.reason = reason;
    }

    /** The service that verifies the credential is unavailable. */
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
