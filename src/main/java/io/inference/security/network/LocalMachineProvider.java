package io.inference.security.network;

import io.inference.api.call.Caller;
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

/** Authenticates callers on this machine, and no others: the authentication that is left with DISABLE_AUTH. */
public final class LocalMachineProvider implements AuthenticationProvider {
    private static final CallerAuthentication LOCAL = new CallerAuthentication(Caller.LOCAL);

    private final boolean authenticationOff;

    /** @param authenticationOff if not, this provider authenticates no caller */
    public LocalMachineProvider(boolean authenticationOff) {
        this.authenticationOff = authenticationOff;
    }

    /** No credential: only the origin of a call counts. */
    public static final class Local extends Credential {
        private static final long serialVersionUID = 1;

        public Local(CallDetails call) {
            super(call);
        }
    }

    /**
     * Refuses a call that does not come from this machine or was not meant for it.
     *
     * @throws RefusedCallException with {@code FORBIDDEN}
     */
    public static void check(CallDetails call) {
        String objection = LocalMachine.objection(call);
        if (objection != null) {
            throw forbidden(objection);
        }
    }

    /** The caller receives the reason, since it is on this machine or should be. */
    public static RefusedCallException forbidden(String objection) {
        return new RefusedCallException(new InferenceException(ErrorCode.FORBIDDEN, objection), objection);
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        if (!authenticationOff) {
            throw new RefusedTokenException("authentication is on");
        }
        check(Objects.requireNonNull(((Local) authentication).getDetails()));
        return LOCAL;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return Local.class.isAssignableFrom(authentication);
    }
}
