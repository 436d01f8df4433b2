package io.inference.security;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A credential other than a bearer token. Never shown. */
public abstract class Credential extends AbstractAuthenticationToken {
    private static final long serialVersionUID = 1;

    private final @Nullable CallDetails call;

    /** @param call null if no property of the call matters */
    protected Credential(@Nullable CallDetails call) {
        super(List.of());
        this.call = call;
    }

    @Override
    public @Nullable CallDetails getDetails() {
        return call;
    }

    @Override
    public String getPrincipal() {
        return "";
    }

    @Override
    public String getCredentials() {
        return "";
    }
}
