package io.inference.http.server;

import io.inference.api.InferenceException;
import io.inference.http.HttpAnswer;
import io.inference.http.HttpErrors;
import io.inference.http.RequestId;
import io.inference.security.ManagementAccess;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/** First to see a request of the management port: asks whether it is answered at all. */
final class ManagementFilter extends OncePerRequestFilter {
    private final ManagementAccess access;
    private final HttpSettings settings;

    ManagementFilter(ManagementAccess access, HttpSettings settings) {
        this.access = access;
        this.settings = settings;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String id = RequestId.of(request);
        HeaderRules.secure(request, response);
        response.setHeader("Cache-Control", "no-store");
        InferenceException refusal =
                access.refusal(HeaderRules.knock(id, false, request), request.getHeader("Sec-Fetch-Site"));
        if (refusal == null) {
            chain.doFilter(request, response);
            return;
        }
        HttpAnswer.Whole answer = HttpErrors.answer(request.getRequestURI(), settings.apiPrefix(), id, refusal);
        response.setStatus(answer.status());
        response.setContentType(answer.contentType());
        response.setContentLength(answer.body().length);
        response.getOutputStream().write(answer.body());
    }
}
