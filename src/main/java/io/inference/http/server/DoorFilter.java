package io.inference.http.server;

import io.inference.api.Caller;
import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import io.inference.http.HttpAnswer;
import io.inference.http.HttpErrors;
import io.inference.http.RequestId;
import io.inference.security.Admission;
import io.inference.security.Admittance;
import io.inference.security.AuditLog;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/** First to see a request: gives it its id, asks whether it may come in, and hands paths of routes to the door. */
final class DoorFilter extends OncePerRequestFilter {
    /** An admin's request with the value {@code candidate} runs on the generation that waits for a decision. */
    private static final String GENERATION = "X-Route-Generation";

    private static final Admission.Refused NO_CANDIDATE =
            new Admission.Refused(new InferenceException(ErrorCode.CONFLICT, "no candidate generation waits"), null);

    private final Admittance admittance;
    private final HttpPublishingPoint routes;
    private final HttpDoor door;
    private final HttpSettings settings;
    private final AuditLog audit;

    DoorFilter(
            Admittance admittance, HttpPublishingPoint routes, HttpDoor door, HttpSettings settings, AuditLog audit) {
        this.admittance = admittance;
        this.routes = routes;
        this.door = door;
        this.settings = settings;
        this.audit = audit;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String id = RequestId.of(request);
        response.setHeader(RequestId.HEADER, id);
        HeaderRules.secure(request, response);
        RoutingTable candidate = preview(request) ? routes.enterCandidate() : null;
        RoutingTable table = candidate == null ? routes.enter() : candidate;
        try {
            admit(id, table, request, response, chain);
        } finally {
            table.calls().leave();
        }
    }

    private void admit(
            String id, RoutingTable table, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String path = request.getRequestURI();
        RoutingTable.Match match = table.find(path);
        switch (admittance.admit(HeaderRules.knock(id, match != null, request))) {
            case Admission.Refused refused -> refuse(refused, id, path, response);
            case Admission.In in
            when preview(request) && !mayPreview(in.caller()) ->
                refuse(forbidPreview(id, in.caller(), request), id, path, response);
            case Admission.In in
            when preview(request) && !routes.isCandidate(table) -> refuse(NO_CANDIDATE, id, path, response);
            case Admission.In in
            when match != null -> {
                request.setAttribute(Caller.PROPERTY, in.caller());
                door.handle(match, request, response);
            }
            case Admission.In in
            when !isPlain(path) -> send(HttpErrors.pathNotFound(path, settings.apiPrefix(), id), response);
            case Admission.In in -> {
                request.setAttribute(Caller.PROPERTY, in.caller());
                chain.doFilter(request, response);
            }
        }
    }

    private static boolean preview(HttpServletRequest request) {
        return "candidate".equalsIgnoreCase(request.getHeader(GENERATION));
    }

    private static boolean mayPreview(@Nullable Caller caller) {
        return caller != null && caller.admin();
    }

    private Admission.Refused forbidPreview(String id, @Nullable Caller caller, HttpServletRequest request) {
        String subject = caller == null ? request.getRemoteAddr() : caller.subject();
        audit.refused(id, subject, request.getMethod(), request.getRequestURI(), "forbidden", "preview");
        return new Admission.Refused(new InferenceException(ErrorCode.FORBIDDEN, GENERATION + " is for admins"), null);
    }

    /**
     * Whether a path reads the same to everybody. The service's own pages are found by the decoded path, admittance is decided by the
     * path as it came: one that could be two things is nothing.
     */
    private static boolean isPlain(String path) {
        return path.chars().allMatch(c -> c > ' ' && c < 127 && c != '%' && c != ';' && c != '\\')
                && !path.contains("//")
                && !(path + "/").contains("/./")
                && !(path + "/").contains("/../");
    }

    private void refuse(Admission.Refused refused, String id, String path, HttpServletResponse response)
            throws IOException {
        if (refused.challenge() != null) {
            response.setHeader("WWW-Authenticate", refused.challenge());
        }
        refused.failure()
                .retryAfter()
                .ifPresent(wait -> response.setHeader("Retry-After", Long.toString(Math.max(1, wait.toSeconds()))));
        boolean nothingThere = refused.failure().code() == ErrorCode.NOT_FOUND;
        send(
                nothingThere
                        ? HttpErrors.pathNotFound(path, settings.apiPrefix(), id)
                        : HttpErrors.answer(path, settings.apiPrefix(), id, refused.failure()),
                response);
    }

    private static void send(HttpAnswer.Whole answer, HttpServletResponse response) throws IOException {
        response.setStatus(answer.status());
        response.setContentType(answer.contentType());
        response.setContentLength(answer.body().length);
        response.getOutputStream().write(answer.body());
    }
}
