package io.inference.http.tomcat;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.HttpErrors;
import io.inference.http.answer.RequestId;
import io.inference.security.AuditLog;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests that Tomcat refuses before the service sees them, such as an unreadable path: in the service's error
 * format instead of Tomcat's page.
 */
final class RefusalValve extends ErrorReportValve {
    private static final String HEAD_TOO_LONG =
            "the request's head is too long to be read, and with it the bearer token that is needed";

    private final String apiPrefix;
    private final AuditLog audit;

    RefusalValve(String apiPrefix, AuditLog audit) {
        this.apiPrefix = apiPrefix;
        this.audit = audit;
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        String path = request.getRequestURI() == null ? "" : request.getRequestURI();
        String id = RequestId.of(request);
        HttpAnswer.Whole answer;
        if (request.getAttribute(ProbedHttp11Protocol.UNREAD_HEAD) != null) {
            answer = HttpErrors.answer(
                    path, apiPrefix, id, new InferenceException(ErrorCode.UNAUTHENTICATED, HEAD_TOO_LONG));
            response.setHeader("WWW-Authenticate", "Bearer");
            audit.refused(
                    id, request.getRemoteAddr(), request.getMethod(), path, "unauthenticated", "a head over the limit");
        } else {
            HttpAnswer.Whole said = HttpErrors.answer(path, apiPrefix, id, reason(status));
            // The container's status says more, such as 414.
            answer = new HttpAnswer.Whole(status, said.contentType(), said.body());
        }
        try {
            response.setHeader(RequestId.HEADER, id);
            answer.writeTo(response);
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            containerLog(e);
        }
    }

    private static InferenceException reason(int status) {
        if (status == HttpServletResponse.SC_NOT_IMPLEMENTED) {
            return new InferenceException(ErrorCode.NOT_CONFIGURED, "no path takes this method");
        }
        return status < 500
                ? new InferenceException(ErrorCode.INVALID_REQUEST, "the request cannot be read")
                : new InferenceException(ErrorCode.INTERNAL, "the service failed");
    }

    private void containerLog(Exception e) {
        if (container != null && container.getLogger().isDebugEnabled()) {
            container.getLogger().debug("the caller disconnected before its refusal was sent", e);
        }
    }
}
