package io.inference.security;

import java.util.Locale;
import java.util.Set;

/** Which names of a caller's may enter an exchange: the same rule for the headers, parameters and metadata of every door. */
public final class IncomingNames {
    private static final Set<String> CREDENTIALS =
            Set.of("authorization", "proxy-authorization", "x-api-key", "cookie");

    private IncomingNames() {}

    /**
     * Whether it may become a header, in whatever case it is written: never one that steers Camel or a flow, nor a credential, which a
     * step that calls another server would send along.
     */
    public static boolean mayEnter(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !lower.startsWith("camel")
                && !lower.startsWith("org.apache.camel")
                && !lower.startsWith("inference")
                && !CREDENTIALS.contains(lower);
    }
}
