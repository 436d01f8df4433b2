package io.inference.security;

import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one place that refuses a connection before its request is read. Callers are not told apart, so only those on this machine may
 * come in; and since a browser on this machine can be made to speak for a stranger, neither a Host nor an Origin from elsewhere counts.
 */
public class Admittance {
    private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    /**
     * @param peer numeric address of the other end
     * @param host the Host header, with or without a port
     * @param origin the Origin header of a browser
     * @throws InferenceException with {@code FORBIDDEN} where any of them is not of this machine
     */
    public void check(String peer, @Nullable String host, @Nullable String origin) {
        boolean local = peer.startsWith("127.") || peer.equals("::1") || peer.equals("0:0:0:0:0:0:0:1");
        if (!local) {
            throw forbidden("only callers on this machine may come in");
        }
        if (host != null && !isLocalName(host)) {
            throw forbidden("the Host header does not name this machine");
        }
        if (origin != null && !isLocalOrigin(origin)) {
            throw forbidden("pages of other origins may not call this service");
        }
    }

    private static boolean isLocalName(String host) {
        int port = host.lastIndexOf(':');
        String name = port > host.lastIndexOf(']') ? host.substring(0, port) : host;
        return LOCAL_NAMES.contains(name.toLowerCase(Locale.ROOT)) || name.startsWith("127.") && isNumeric(name);
    }

    private static boolean isNumeric(String name) {
        return name.chars().allMatch(c -> c == '.' || c >= '0' && c <= '9');
    }

    private static boolean isLocalOrigin(String origin) {
        try {
            String host = URI.create(origin).getHost();
            return host != null && isLocalName(host);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static InferenceException forbidden(String message) {
        return new InferenceException(ErrorCode.FORBIDDEN, message);
    }
}
