package io.inference.amqp;

import io.inference.security.IncomingNames;

/** Which headers of a message reach a route, and which of them a copy of the message keeps. */
final class HeaderRules {
    static final String AUTHORIZATION = "authorization";

    private HeaderRules() {}

    /** Never one that steers Camel or a flow, nor a credential. */
    static boolean mayEnter(String name) {
        return IncomingNames.mayEnter(name);
    }
}
