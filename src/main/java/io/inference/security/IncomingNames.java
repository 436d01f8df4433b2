package io.inference.security;

import java.util.Locale;
import java.util.Set;

/**
 * Names from callers that may enter an exchange: the same rule for the headers, parameters and metadata of every door.
 */
public final class IncomingNames {
    private static final Set<String> CREDENTIALS =
            Set.of("authorization", "proxy-authorization", "x-api-key", "cookie");

    private IncomingNames() {}

    /**
     * Whether a name may become a header, ignoring case: never one that controls Camel or a flow, nor a credential,
     * which a step that calls another server would forward.
     */
    public static boolean mayEnter(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !lower.startsWith("camel")
                && !lower.startsWith("org.apache.camel")
                && !lower.startsWith("inference")
                && !CREDENTIALS.contains(lower);
    }
}
