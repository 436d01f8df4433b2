package io.inference.http.server;

import io.inference.api.InferenceException;
import io.inference.http.HttpAnswer;
import io.inference.http.HttpErrors;
import io.inference.http.RequestId;
import io.inference.security.Admittance;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/** First to see a request: gives it its id, asks whether it may come in, and hands paths of routes to the door. */
final class DoorFilter extends OncePerRequestFilter {
    private final Admittance admittance;
    private final HttpPublishingPoint routes;
    private final HttpDoor door;
    private final HttpSettings settings;

    DoorFilter(Admittance admittance, HttpPublishingPoint routes, HttpDoor door, HttpSettings settings) {
        this.admittance = admittance;
        this.routes = routes;
        this.door = door;
        this.settings = settings;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String id = RequestId.of(request);
        response.setHeader(RequestId.HEADER, id);
        response.setHeader("X-Content-Type-Options", "nosniff");
        try {
            admittance.check(request.getRemoteAddr(), request.getHeader("Host"), request.getHeader("Origin"));
        } catch (InferenceException e) {
            refuse(HttpErrors.answer(request.getRequestURI(), settings.apiPrefix(), id, e), response);
            return;
        }
        RoutingTable.Match match = routes.current().find(request.getRequestURI());
        if (match == null) {
            chain.doFilter(request, response);
        } else {
            door.handle(match, request, response);
        }
    }

    private static void refuse(HttpAnswer.Whole answer, HttpServletResponse response) throws IOException {
        response.setStatus(answer.status());
        response.setContentType(answer.contentType());
        response.getOutputStream().write(answer.body());
    }
}
