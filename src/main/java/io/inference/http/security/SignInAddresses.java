package io.inference.http.security;

import io.inference.security.issuer.SignIn;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The sign-in addresses for the service's own pages. A page works without them too, and reports that. */
@Component
public class SignInAddresses {
    private static final Logger log = LoggerFactory.getLogger(SignInAddresses.class);

    private final SignIn signIn;
    private final AtomicBoolean failing = new AtomicBoolean();

    SignInAddresses(SignIn signIn) {
        this.signIn = signIn;
    }

    /** Issuer of tokens for the users of these pages. */
    public SignIn signIn() {
        return signIn;
    }

    /** The issuer's addresses; null if users do not sign in at an issuer, or if it is unavailable. */
    public SignIn.@Nullable Endpoints endpoints() {
        if (!(signIn instanceof SignIn.AtIssuer issuer)) {
            return null;
        }
        try {
            SignIn.Endpoints endpoints = issuer.endpoints();
            failing.set(false);
            return endpoints;
        } catch (IOException e) {
            // Logged once until it works again: anybody may load the pages.
            if (failing.compareAndSet(false, true)) {
                log.warn("signing in at /docs and /console is not possible: {}", e.getMessage());
            }
            return null;
        }
    }

    /** The sources that a page may connect to, for its policy: this service and the token endpoint. */
    public static String connectSources(SignIn.@Nullable Endpoints endpoints) {
        return "connect-src 'self'" + (endpoints == null ? "" : " " + source(endpoints.token()));
    }

    /** The address without characters that would end a source or a directive. */
    private static String source(URI address) {
        String path = address.getRawPath() == null ? "" : address.getRawPath();
        return address.getScheme() + "://" + address.getRawAuthority()
                + path.replace(";", "%3B").replace(",", "%2C");
    }
}
