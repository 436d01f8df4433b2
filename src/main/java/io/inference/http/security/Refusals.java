package io.inference.http.security;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.HttpErrors;
import io.inference.http.answer.RequestId;
import io.inference.security.AuditLog;
import io.inference.security.CallDetails;
import io.inference.security.CallerAuthentication;
import io.inference.security.RefusedCallException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;

/** Answers refused requests in the error format of the path; the exact reason goes only to the audit log. */
final class Refusals implements AuthenticationEntryPoint, AccessDeniedHandler {
    private static final String TOKEN_NEEDED = "a valid bearer token is needed in the Authorization header";
    private static final String KEY_NEEDED = "a valid key is needed, as X-API-Key or as a bearer token";

    private final String apiPrefix;
    private final AuditLog audit;

    Refusals(String apiPrefix, AuditLog audit) {
        this.apiPrefix = apiPrefix;
        this.audit = audit;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException e)
            throws IOException {
        RequestedCall call = RequestedCall.of(request);
        if (e instanceof RefusedCallException refused) {
            if (refused.reason() != null) {
                log(call, call.details().peer(), refused.failure().code(), refused.reason());
            }
            send(refused.failure(), request, response);
            return;
        }
        boolean none = e instanceof AuthenticationCredentialsNotFoundException;
        String missing = call.isInternal() ? "no Authorization or X-API-Key header" : "no Authorization header";
        log(call, call.details().peer(), ErrorCode.UNAUTHENTICATED, none ? missing : String.valueOf(e.getMessage()));
        response.setHeader("WWW-Authenticate", none ? "Bearer" : "Bearer error=\"invalid_token\"");
        String message = call.isInternal() ? KEY_NEEDED : TOKEN_NEEDED;
        send(new InferenceException(ErrorCode.UNAUTHENTICATED, message), request, response);
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException e)
            throws IOException {
        RequestedCall call = RequestedCall.of(request);
        boolean known =
                e instanceof AuthorizationDeniedException denied && denied.getAuthorizationResult() instanceof Denied;
        Denied denied = known
                ? (Denied) ((AuthorizationDeniedException) e).getAuthorizationResult()
                : new Denied("the caller may not do this", String.valueOf(e.getMessage()));
        var caller = CallerAuthentication.current();
        log(call, caller == null ? call.details().peer() : caller.subject(), ErrorCode.FORBIDDEN, denied.reason());
        send(new InferenceException(ErrorCode.FORBIDDEN, denied.callerMessage()), request, response);
    }

    private void log(RequestedCall call, String caller, ErrorCode code, String reason) {
        CallDetails details = call.details();
        audit.refused(details.id(), caller, details.method(), details.path(), code.reason(), reason);
    }

    /** Paths that nothing serves get the same answer, whatever the reason. */
    void send(InferenceException failure, HttpServletRequest request, HttpServletResponse response) throws IOException {
        String id = RequestId.of(request);
        String path = request.getRequestURI();
        failure.retryAfter()
                .ifPresent(wait -> response.setHeader("Retry-After", Long.toString(Math.max(1, wait.toSeconds()))));
        HttpAnswer.Whole answer = failure.code() == ErrorCode.NOT_FOUND
                ? HttpErrors.pathNotFound(path, apiPrefix, id)
                : HttpErrors.answer(path, apiPrefix, id, failure);
        response.setHeader(RequestId.HEADER, id);
        answer.writeTo(response);
    }
}
