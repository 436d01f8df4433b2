package io.inference.security;

import java.util.Locale;

/** Which names of a caller's may enter an exchange: the same rule for the headers, parameters and metadata of every door. */
public final class IncomingNames {
    private IncomingNames() {}

    /** Whether it may become a header: never one that steers Camel or a flow, in whatever case it is written. */
    public static boolean mayEnter(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !lower.startsWith("camel") && !lower.startsWith("org.apache.camel") && !lower.startsWith("inference");
    }
}
