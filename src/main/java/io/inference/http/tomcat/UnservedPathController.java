package io.inference.http.tomcat;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.HttpSettings;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.HttpErrors;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.web.servlet.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Answers requests that neither a route nor a page serves, in the error format of their path. */
@Controller
class UnservedPathController implements ErrorController {
    private final String apiPrefix;

    UnservedPathController(HttpSettings settings) {
        this.apiPrefix = settings.apiPrefix();
    }

    @RequestMapping("/error")
    void error(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Object path = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        String id = response.getHeader("X-Request-Id");
        HttpAnswer.Whole answer = answer(
                path instanceof String text ? text : request.getRequestURI(),
                status instanceof Integer code ? code : 404,
                id == null ? "" : id);
        answer.writeTo(response);
    }

    private HttpAnswer.Whole answer(String path, int status, String requestId) {
        if (status == 404) {
            return HttpErrors.pathNotFound(path, apiPrefix, requestId);
        }
        if (status == 405) {
            return HttpErrors.methodNotAllowed(path, apiPrefix, requestId);
        }
        InferenceException failure = status < 500
                ? new InferenceException(ErrorCode.INVALID_REQUEST, "the request cannot be read")
                : new InferenceException(ErrorCode.INTERNAL, "the service failed; the log has the request's id");
        return HttpErrors.answer(path, apiPrefix, requestId, failure);
    }
}
