package io.inference.security.network;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.security.CallDetails;
import io.inference.security.CallerAuthentication;
import io.inference.security.Credential;
import io.inference.security.RefusedCallException;
import io.inference.security.RefusedTokenException;
import java.util.Objects;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;

/** Authenticates services that have a key of the internal endpoints and an allowed address. */
public final class InternalKeyProvider implements AuthenticationProvider {
    private static final CallerAuthentication SERVICE = new CallerAuthentication(InternalAccess.CALLER);

    private final InternalAccess access;
    private final boolean authenticationOff;

    /** @param authenticationOff if so, only calls from this machine are accepted */
    public InternalKeyProvider(InternalAccess access, boolean authenticationOff) {
        this.access = access;
        this.authenticationOff = authenticationOff;
    }

    /** The key of a call to the internal endpoints. */
    public static final class Key extends Credential {
        private static final long serialVersionUID = 1;

        private final String key;

        public Key(String key, CallDetails call) {
            super(call);
            this.key = key;
        }
    }

    /**
     * Refuses a call to the internal endpoints because of its address, with or without a key.
     *
     * @throws RefusedCallException with {@code NOT_FOUND}, as if there were no such path
     */
    public void check(CallDetails call) {
        if (authenticationOff) {
            LocalMachineProvider.check(call);
        }
        if (!access.exists()) {
            throw notFound("page not found");
        }
        if (!access.mayComeFrom(call)) {
            throw notFound("not in INTERNAL_ALLOWED_IPS");
        }
    }

    private static RefusedCallException notFound(String reason) {
        return new RefusedCallException(new InferenceException(ErrorCode.NOT_FOUND, "page not found"), reason);
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        Key presented = (Key) authentication;
        check(Objects.requireNonNull(presented.getDetails()));
        if (!access.isKey(presented.key)) {
            throw new RefusedTokenException("not an internal key");
        }
        return SERVICE;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return Key.class.isAssignableFrom(authentication);
    }
}
