package io.inference.security.network;

import io.inference.api.call.Caller;
import io.inference.security.CallDetails;
import io.inference.security.CallerAuthentication;
import io.inference.security.Credential;
import io.inference.security.RefusedTokenException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;

/** Authenticates callers that have a key of the gRPC endpoint and an allowed address, as {@code service:grpc}. */
public final class RpcKeyProvider implements AuthenticationProvider {
    private static final CallerAuthentication HOLDER =
            new CallerAuthentication(new Caller("service:grpc", Set.of(), Set.of(), null, Caller.Kind.SERVICE));

    private final InternalAccess access;

    /** @param access the keys and the addresses that may use them; without a key none is authenticated */
    public RpcKeyProvider(InternalAccess access) {
        this.access = access;
    }

    /** All keys of a gRPC call; may be empty. */
    public static final class Keys extends Credential {
        private static final long serialVersionUID = 1;

        private final transient List<String> keys;

        public Keys(List<String> keys, CallDetails call) {
            super(call);
            this.keys = List.copyOf(keys);
        }
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        Keys presented = (Keys) authentication;
        if (presented.keys.isEmpty() || !access.exists()) {
            throw new RefusedTokenException("no credential");
        }
        boolean known = presented.keys.size() == 1 && access.isKey(presented.keys.getFirst());
        if (!access.mayComeFrom(Objects.requireNonNull(presented.getDetails()))) {
            throw new RefusedTokenException("a key, but not in GRPC_ALLOWED_IPS");
        }
        if (!known) {
            throw new RefusedTokenException("not the key of this door");
        }
        return HOLDER;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return Keys.class.isAssignableFrom(authentication);
    }
}
