package io.inference.http;

import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;

/** Words for what Tomcat refuses before any of our code sees it, such as a path that cannot be read: ours instead of a page of its own. */
final class RefusalValve extends ErrorReportValve {
    private final String apiPrefix;

    RefusalValve(String apiPrefix) {
        this.apiPrefix = apiPrefix;
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        InferenceException reason = status < 500
                ? new InferenceException(ErrorCode.INVALID_REQUEST, "the request cannot be read")
                : new InferenceException(ErrorCode.INTERNAL, "the service failed");
        String path = request.getRequestURI();
        String id = RequestId.of(request);
        HttpAnswer.Whole answer = HttpErrors.answer(path == null ? "" : path, apiPrefix, id, reason);
        try {
            response.setHeader(RequestId.HEADER, id);
            response.setContentType(answer.contentType());
            response.setContentLength(answer.body().length);
            response.getOutputStream().write(answer.body());
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            containerLog(e);
        }
    }

    private void containerLog(Exception e) {
        if (container != null && container.getLogger().isDebugEnabled()) {
            container.getLogger().debug("the caller has gone before its refusal", e);
        }
    }
}
