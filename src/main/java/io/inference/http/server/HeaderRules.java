package io.inference.http.server;

import io.inference.security.IncomingNames;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

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

    /** Those of them that are a caller's to send as well; of the others it would be told what it said itself. */
    private static final String BOTH_WAYS = "X-Conversation-Id";

    /** Those of them that a refusal tells as well. */
    static final List<String> OF_LIMITS =
            OUTGOING.stream().filter(name -> name.startsWith("x-ratelimit-")).toList();

    private HeaderRules() {}

    /**
     * How a request's body is coded: in lower case, {@code x-gzip} by its newer name, without {@code identity}. Empty where there is no
     * body.
     */
    static List<String> codings(HttpServletRequest request) {
        if (request.getContentLengthLong() <= 0 && request.getHeader("Transfer-Encoding") == null) {
            return List.of();
        }
        return Collections.list(request.getHeaders("Content-Encoding")).stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .map(coding -> coding.strip().toLowerCase(Locale.ROOT))
                .filter(coding -> !coding.isEmpty() && !coding.equals("identity"))
                .map(coding -> coding.equals("x-gzip") ? "gzip" : coding)
                .toList();
    }

    /**
     * Whether a header or query parameter of a request may enter an exchange: never one that steers Camel or a flow, nor one that a flow
     * says something to the caller by.
     */
    static boolean mayEnter(String name) {
        return IncomingNames.mayEnter(name)
                && (name.equalsIgnoreCase(BOTH_WAYS) || OUTGOING.stream().noneMatch(name::equalsIgnoreCase));
    }
}
