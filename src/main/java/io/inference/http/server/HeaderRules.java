package io.inference.http.server;

import io.inference.security.IncomingNames;
import io.inference.security.Knock;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collections;
import java.util.List;

/** Which headers pass the door. Names are compared without regard to case. */
final class HeaderRules {
    /** Only these of an exchange's headers reach the caller: Camel would otherwise send the request's own back, tokens among them. */
    static final List<String> OUTGOING = List.of(
            "X-Conversation-Id",
            "Location",
            "Retry-After",
            "Cache-Control",
            "x-ratelimit-limit-requests",
            "x-ratelimit-remaining-requests",
            "x-ratelimit-reset-requests",
            "x-ratelimit-limit-tokens",
            "x-ratelimit-remaining-tokens",
            "x-ratelimit-reset-tokens");

    /** Those of them that a refusal tells as well. */
    static final List<String> OF_LIMITS =
            OUTGOING.stream().filter(name -> name.startsWith("x-ratelimit-")).toList();

    private static final List<String> FORWARDING =
            List.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via");

    private HeaderRules() {}

    /** @param routed whether a route serves the path */
    static Knock knock(String id, boolean routed, HttpServletRequest request) {
        return new Knock(
                id,
                request.getMethod(),
                request.getRequestURI(),
                routed,
                request.getRemoteAddr(),
                request.getHeader("Host"),
                request.getHeader("Origin"),
                Collections.list(request.getHeaders("Authorization")),
                Collections.list(request.getHeaders("X-Forwarded-For")),
                FORWARDING.stream().anyMatch(name -> request.getHeader(name) != null));
    }

    /**
     * What browsers are to keep to: no answer is a page of another site's, a frame, or a script, and a name that was once reached by TLS
     * is asked in no other way. The latter is not said of this machine's own name, which other programs answer to as well.
     */
    static void secure(HttpServletRequest request, HttpServletResponse response) {
        if (request.isSecure() && !request.getServerName().endsWith("localhost")) {
            response.setHeader("Strict-Transport-Security", "max-age=31536000");
        }
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    }

    /** Whether a header, query or form parameter of a request may enter an exchange: never one that steers Camel or a flow. */
    static boolean mayEnter(String name) {
        return IncomingNames.mayEnter(name);
    }
}
