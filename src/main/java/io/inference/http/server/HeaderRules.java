package io.inference.http.server;

import io.inference.api.request.Unsupported;
import io.inference.security.IncomingNames;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Which headers pass the door, in and out. Names are compared without regard to case. */
final class HeaderRules {
    /**
     * The only headers of an exchange that reach the caller: Camel would otherwise return the request's own headers,
     * tokens included.
     */
    static final List<String> OUTGOING = List.of(
            "X-Conversation-Id",
            "X-Conversation-Summarized",
            "Location",
            "Retry-After",
            "Cache-Control",
            Unsupported.DROPPED_HEADER,
            "x-ratelimit-limit-requests",
            "x-ratelimit-remaining-requests",
            "x-ratelimit-reset-requests",
            "x-ratelimit-limit-tokens",
            "x-ratelimit-remaining-tokens",
            "x-ratelimit-reset-tokens");

    /**
     * In lower case those of them that no caller may send, since it would get its own values back: all but the id of a
     * conversation.
     */
    private static final Set<String> OUTGOING_ALONE = OUTGOING.stream()
            .filter(name -> !name.equals("X-Conversation-Id"))
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    /** Those that refusals carry too. */
    static final List<String> OF_LIMITS =
            OUTGOING.stream().filter(name -> name.startsWith("x-ratelimit-")).toList();

    private HeaderRules() {}

    /**
     * Content codings of a request's body: in lower case, {@code x-gzip} as {@code gzip}, without {@code identity}.
     * Empty if there is no body.
     */
    static List<String> codings(HttpServletRequest request) {
        if (request.getHeader("Content-Encoding") == null
                || request.getContentLengthLong() <= 0 && request.getHeader("Transfer-Encoding") == null) {
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
     * Whether a header or query parameter of a request may enter an exchange: never one that controls Camel or a flow,
     * nor one with which a flow reports to the caller.
     */
    static boolean mayEnter(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return IncomingNames.mayEnter(lower) && !OUTGOING_ALONE.contains(lower);
    }
}
