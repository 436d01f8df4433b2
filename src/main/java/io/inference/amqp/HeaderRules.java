package io.inference.amqp;

import java.util.Locale;

/** Which headers of a message reach a route, and which of them a copy of the message keeps. */
final class HeaderRules {
    static final String AUTHORIZATION = "authorization";

    private HeaderRules() {}

    /** Never one that steers Camel or a flow, nor a credential. */
    static boolean mayEnter(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !lower.startsWith("camel")
                && !lower.startsWith("org.apache.camel")
                && !lower.startsWith("inference")
                && !lower.equals(AUTHORIZATION);
    }
}
