package io.inference.security.network;

import io.inference.security.CallDetails;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether a request comes from this machine and was meant for it. Since a page of another site can make a
 * browser on this machine send requests, a Host or Origin from elsewhere is refused.
 */
final class LocalMachine {
    private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    private LocalMachine() {}

    /** The reason why the request is not accepted as local; null if it is. */
    static @Nullable String objection(CallDetails call) {
        String peer = call.peer();
        if (!peer.startsWith("127.") && !peer.equals("::1") && !peer.equals("0:0:0:0:0:0:0:1")) {
            return "only callers on this machine may come in";
        }
        if (call.host() != null && !isName(call.host())) {
            return "the Host header does not name this machine";
        }
        if (call.origin() != null && !isOrigin(call.origin())) {
            return "pages of other origins may not call this service";
        }
        return null;
    }

    private static boolean isName(String host) {
        int port = host.lastIndexOf(':');
        String name = port > host.lastIndexOf(']') ? host.substring(0, port) : host;
        return NAMES.contains(name.toLowerCase(Locale.ROOT)) || name.startsWith("127.") && isNumeric(name);
    }

    private static boolean isNumeric(String name) {
        return name.chars().allMatch(c -> c == '.' || c >= '0' && c <= '9');
    }

    private static boolean isOrigin(String origin) {
        try {
            String host = URI.create(origin).getHost();
            return host != null && isName(host);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
