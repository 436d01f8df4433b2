package io.inference.http.security;

import io.inference.http.answer.RequestId;
import io.inference.routes.check.RouteAccess;
import io.inference.security.CallDetails;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A request as the filters see it: its undecoded path, and the route that serves it. */
public final class RequestedCall {
    private static final String ATTRIBUTE = RequestedCall.class.getName();

    /** An admin's request with the value {@code candidate} runs on the candidate generation. */
    public static final String GENERATION = "X-Route-Generation";

    private static final String FORWARDED_PREFIX = "x-forwarded-";

    /** Further headers by which a proxy shows that it forwards. */
    private static final Set<String> FORWARDING = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    static {
        Collections.addAll(
                FORWARDING,
                "forwarded",
                "via",
                "x-original-forwarded-for",
                "x-real-ip",
                "x-client-ip",
                "true-client-ip",
                "cf-connecting-ip");
    }

    private final HttpServletRequest request;
    private final RouteLookup.@Nullable Entry route;
    private @Nullable CallDetails details;
    private SignedPaths.@Nullable Proof proof;

    private RequestedCall(HttpServletRequest request, RouteLookup.@Nullable Entry route) {
        this.request = request;
        this.route = route;
    }

    /** The call of a request; one without a route, if no filter has looked it up. */
    public static RequestedCall of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof RequestedCall known
                ? known
                : new RequestedCall(request, null);
    }

    static void start(HttpServletRequest request, RouteLookup.Entry route) {
        request.setAttribute(ATTRIBUTE, new RequestedCall(request, route));
    }

    static boolean preview(HttpServletRequest request) {
        return "candidate".equalsIgnoreCase(request.getHeader(GENERATION));
    }

    /** The generation that it has entered; null on a listener without routes. */
    public RouteLookup.@Nullable Entry route() {
        return route;
    }

    boolean isRouted() {
        return route != null && route.isRouted();
    }

    /** Who may call the route that serves it; null if none does. */
    @Nullable
    RouteAccess access() {
        return route == null ? null : route.access(request.getMethod());
    }

    /** Whether it asks for the candidate generation. */
    public boolean isPreview() {
        return preview(request);
    }

    String path() {
        return request.getRequestURI();
    }

    boolean isInternal() {
        return isBelow("/internal");
    }

    boolean isBelow(String prefix) {
        String path = path();
        return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }

    /** What its address proves; checked once. */
    SignedPaths.Proof proof(SignedPaths signed) {
        if (proof == null) {
            proof = signed.proof(path(), request.getQueryString());
        }
        return proof;
    }

    boolean isRead() {
        return request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    }

    CallDetails details() {
        if (details == null) {
            details = new CallDetails(
                    RequestId.of(request),
                    request.getMethod(),
                    path(),
                    request.getRemoteAddr(),
                    request.getHeader("Host"),
                    request.getHeader("Origin"),
                    Collections.list(request.getHeaders("X-Forwarded-For")),
                    isForwarded(request.getHeaderNames()));
        }
        return details;
    }

    private static boolean isForwarded(Enumeration<String> names) {
        while (names.hasMoreElements()) {
            String name = names.nextElement();
            boolean prefixed = name.length() > FORWARDED_PREFIX.length()
                    && name.regionMatches(true, 0, FORWARDED_PREFIX, 0, FORWARDED_PREFIX.length());
            if (prefixed || FORWARDING.contains(name)) {
                return true;
            }
        }
        return false;
    }
}
