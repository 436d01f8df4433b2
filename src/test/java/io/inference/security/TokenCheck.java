package io.inference.security;

import io.inference.api.call.Caller;
import java.util.Objects;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/** A provider, called with bearer tokens as the service's manager does. */
public record TokenCheck(AuthenticationProvider provider) {
    /**
     * The caller of a token.
     *
     * @throws RefusedTokenException if it is not valid
     * @throws io.inference.api.error.InferenceException if it cannot be verified now
     */
    public Caller verify(String token) {
        try {
            return Objects.requireNonNull(CallerAuthentication.of(
                    new ProviderManager(provider).authenticate(new BearerTokenAuthenticationToken(token))));
        } catch (RefusedCallException e) {
            throw e.failure();
        }
    }

    /** Whether the provider supports the token. */
    public boolean takes(String token) {
        try {
            return provider.authenticate(new BearerTokenAuthenticationToken(token)) != null;
        } catch (AuthenticationException e) {
            return true;
        }
    }
}
