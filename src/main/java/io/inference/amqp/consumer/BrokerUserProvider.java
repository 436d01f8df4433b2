package io.inference.amqp.consumer;

import io.inference.api.call.Caller;
import io.inference.security.CallerAuthentication;
import io.inference.security.Credential;
import io.inference.security.RefusedTokenException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;

/**
 * Authenticates the sender of a message without a token: the user whose name the broker has verified, or an anonymous
 * caller.
 */
public final class BrokerUserProvider implements AuthenticationProvider {
    private final boolean requireToken;

    /** @param requireToken whether the broker's verification is not sufficient */
    public BrokerUserProvider(boolean requireToken) {
        this.requireToken = requireToken;
    }

    /** The {@code user_id} of a message. */
    static final class BrokerUser extends Credential {
        private static final long serialVersionUID = 1;

        private final @Nullable String userId;

        BrokerUser(@Nullable String userId) {
            super(null);
            this.userId = userId;
        }
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        if (requireToken) {
            throw new RefusedTokenException("no authorization header");
        }
        String user = ((BrokerUser) authentication).userId;
        String name = user == null || user.isBlank() ? "anonymous" : user;
        return new CallerAuthentication(new Caller("amqp:" + name, Set.of(), Set.of(), null, Caller.Kind.SERVICE));
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return BrokerUser.class.isAssignableFrom(authentication);
    }
}
