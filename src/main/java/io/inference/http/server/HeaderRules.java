package io.inference.http.server;

import io.inference.security.IncomingNames;
import jakarta.servlet.http.HttpServletResponse;
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

    private HeaderRules() {}

    /** What browsers are to keep to: no answer is a page of another site's, a frame, or a script. */
    static void secure(HttpServletResponse response) {
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
