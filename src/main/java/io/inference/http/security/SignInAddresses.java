package io.inference.http.security;

import io.inference.security.issuer.SignIn;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Where the service's own pages send a person to sign in. A page comes without it too, and says so. */
@Component
public class SignInAddresses {
    private static final Logger log = LoggerFactory.getLogger(SignInAddresses.class);

    private final SignIn signIn;
    private final AtomicBoolean failing = new AtomicBoolean();

    SignInAddresses(SignIn signIn) {
        this.signIn = signIn;
    }

    /** Who gives tokens to the people on these pages. */
    public SignIn signIn() {
        return signIn;
    }

    /** The issuer's addresses; null where people do not sign in at one, or it does not say now. */
    public SignIn.@Nullable Endpoints endpoints() {
        if (!(signIn instanceof SignIn.AtIssuer issuer)) {
            return null;
        }
        try {
            SignIn.Endpoints endpoints = issuer.endpoints();
            failing.set(false);
            return endpoints;
        } catch (IOException e) {
            // Once until it works again: anybody may load the pages.
            if (failing.compareAndSet(false, true)) {
                log.warn("nobody can sign in at /docs or /console: {}", e.getMessage());
            }
            return null;
        }
    }

    /** What a page may talk to, as its policy names it: this service, and where tokens are given out. */
    public static String connectSources(SignIn.@Nullable Endpoints endpoints) {
        return "connect-src 'self'" + (endpoints == null ? "" : " " + source(endpoints.token()));
    }

    /** The address without what would end a source, or a directive. */
    private static String source(URI address) {
        String path = address.getRawPath() == null ? "" : address.getRawPath();
        return address.getScheme() + "://" + address.getRawAuthority()
                + path.replace(";", "%3B").replace(",", "%2C");
    }
}
