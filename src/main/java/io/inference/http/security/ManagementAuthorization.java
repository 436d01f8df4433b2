package io.inference.http.security;

import io.inference.api.error.InferenceException;
import io.inference.security.RefusedCallException;
import io.inference.security.network.ManagementAccess;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.core.Authentication;

/** The paths that the management listener serves, without authentication. */
final class ManagementAuthorization implements AuthorizationManager<HttpServletRequest> {
    private final ManagementAccess access;

    ManagementAuthorization(ManagementAccess access) {
        this.access = access;
    }

    @Override
    public AuthorizationDecision check(Supplier<Authentication> authentication, HttpServletRequest request) {
        InferenceException refusal = refusal(access, request);
        if (refusal != null) {
            throw new RefusedCallException(refusal);
        }
        return new AuthorizationDecision(true);
    }

    static @Nullable InferenceException refusal(ManagementAccess access, HttpServletRequest request) {
        return access.refusal(RequestedCall.of(request).details(), request.getHeader("Sec-Fetch-Site"));
    }
}
