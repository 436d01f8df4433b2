package io.inference.amqp.message;

import io.inference.security.IncomingNames;

/** Which headers of a message reach a route, and which a copy of the message keeps. */
public final class HeaderRules {
    public static final String AUTHORIZATION = "authorization";

    private HeaderRules() {}

    /** Never a header that controls Camel or a flow, nor a credential. */
    public static boolean mayEnter(String name) {
        return IncomingNames.mayEnter(name);
    }
}
