package io.inference.http.security;

import io.inference.security.BearerTokens;
import io.inference.security.RefusedTokenException;
import io.inference.security.network.InternalKeyProvider;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;

/**
 * Finds a request's credential: in the only Authorization header; below {@code /internal} also in X-API-Key, which some
 * services send already. Credentials on open paths are ignored.
 */
final class CredentialResolver implements BearerTokenResolver {
    private final OpenPaths open;
    private final InternalKeyProvider internal;
    private final boolean authenticationOff;

    /** @param authenticationOff if set, the internal endpoints' key is the only credential */
    CredentialResolver(OpenPaths open, InternalKeyProvider internal, boolean authenticationOff) {
        this.open = open;
        this.internal = internal;
        this.authenticationOff = authenticationOff;
    }

    @Override
    public @Nullable String resolve(HttpServletRequest request) {
        RequestedCall call = RequestedCall.of(request);
        if (call.isInternal()) {
            internal.check(call.details());
            return internalKey(request);
        }
        return authenticationOff || open.contains(call) ? null : bearer(request);
    }

    private static @Nullable String bearer(HttpServletRequest request) {
        return BearerTokens.of(Collections.list(request.getHeaders("Authorization")));
    }

    /**
     * The key of either header; if both are present they must be equal, since two different keys would be ambiguous.
     */
    private static @Nullable String internalKey(HttpServletRequest request) {
        String token = bearer(request);
        List<String> keys = Collections.list(request.getHeaders("X-API-Key"));
        if (keys.isEmpty()) {
            return token;
        }
        if (keys.size() > 1) {
            throw new RefusedTokenException("more than one X-API-Key header");
        }
        String key = BearerTokens.checked(keys.getFirst().strip());
        if (token != null && !token.equals(key)) {
            throw new RefusedTokenException("Authorization and X-API-Key differ");
        }
        return key;
    }
}
