package io.inference.security;

import io.inference.api.call.Caller;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * An authenticated caller, by any method. It holds no credential and nothing of the request, so that one instance
 * serves every request with the same token. Authorities: {@code GROUP_…}, {@code SCOPE_…} and, for admins,
 * {@code ROLE_ADMIN}.
 */
public final class CallerAuthentication extends AbstractAuthenticationToken {
    private static final long serialVersionUID = 1;

    private final transient Caller caller;
    private final @Nullable Instant expiresAt;

    /** A caller whose credential does not expire by itself. */
    public CallerAuthentication(Caller caller) {
        this(caller, null);
    }

    /** @param expiresAt of its credential; null for never */
    public CallerAuthentication(Caller caller, @Nullable Instant expiresAt) {
        super(authorities(caller));
        this.caller = caller;
        this.expiresAt = expiresAt;
        super.setAuthenticated(true);
    }

    private static List<GrantedAuthority> authorities(Caller caller) {
        List<GrantedAuthority> authorities = new ArrayList<>();
        caller.groups().forEach(group -> authorities.add(new SimpleGrantedAuthority("GROUP_" + group)));
        caller.scopes().forEach(scope -> authorities.add(new SimpleGrantedAuthority("SCOPE_" + scope)));
        if (caller.admin()) {
            authorities.add(new SimpleGrantedAuthority("ROLE_ADMIN"));
        }
        return authorities;
    }

    /** The caller of the request that this thread serves; null if none was authenticated. */
    public static @Nullable Caller current() {
        return of(SecurityContextHolder.getContext().getAuthentication());
    }

    /** The caller of an authentication; null if it is not of this class. */
    public static @Nullable Caller of(@Nullable Authentication authentication) {
        return authentication instanceof CallerAuthentication known ? known.caller : null;
    }

    public Caller caller() {
        return caller;
    }

    public @Nullable Instant expiresAt() {
        return expiresAt;
    }

    @Override
    public Caller getPrincipal() {
        return caller;
    }

    @Override
    public String getName() {
        return caller.subject();
    }

    @Override
    public String getCredentials() {
        return "";
    }

    /** Ignores details of a request, since other requests share this object. */
    @Override
    public void setDetails(@Nullable Object details) {}

    /** Compares callers, whichever provider authenticated them. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CallerAuthentication known && known.caller.equals(caller);
    }

    @Override
    public int hashCode() {
        return caller.hashCode();
    }
}
