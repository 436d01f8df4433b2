package io.inference.grpc.server;

import io.grpc.Metadata;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.grpc.method.RpcMetadata;
import io.inference.security.AuditLog;
import io.inference.security.BearerTokens;
import io.inference.security.CallDetails;
import io.inference.security.CallerAuthentication;
import io.inference.security.RefusedCallException;
import io.inference.security.network.LocalMachineProvider;
import io.inference.security.network.RpcKeyProvider;
import java.util.Objects;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/**
 * Authenticates gRPC calls. Deny by default: every method needs a caller, whether or not a route serves it. A bearer
 * token identifies the caller; without one, a key of this endpoint counts.
 */
final class RpcAuthentication {
    private static final String CREDENTIAL_NEEDED = "a valid credential is needed in the metadata 'authorization'";

    private final AuthenticationManager manager;
    private final boolean authenticationOff;
    private final AuditLog audit;

    /** @param authenticationOff accepts callers on this machine alone */
    RpcAuthentication(AuthenticationManager manager, boolean authenticationOff, AuditLog audit) {
        this.manager = manager;
        this.authenticationOff = authenticationOff;
        this.audit = audit;
    }

    /**
     * Authenticates the caller. May block.
     *
     * @throws InferenceException if the caller is refused
     */
    Caller authenticate(CallDetails call, Metadata metadata) {
        try {
            return Objects.requireNonNull(CallerAuthentication.of(manager.authenticate(credential(call, metadata))));
        } catch (RefusedCallException e) {
            if (e.reason() != null) {
                refused(call, e.failure().code(), e.reason());
            }
            throw e.failure();
        } catch (AuthenticationException e) {
            refused(call, ErrorCode.UNAUTHENTICATED, String.valueOf(e.getMessage()));
            throw new InferenceException(ErrorCode.UNAUTHENTICATED, CREDENTIAL_NEEDED);
        }
    }

    private Authentication credential(CallDetails call, Metadata metadata) {
        if (authenticationOff) {
            return new LocalMachineProvider.Local(call);
        }
        String token = BearerTokens.of(RpcMetadata.all(metadata, RpcMetadata.AUTHORIZATION));
        return token == null
                ? new RpcKeyProvider.Keys(RpcMetadata.all(metadata, RpcMetadata.API_KEY), call)
                : new BearerTokenAuthenticationToken(token);
    }

    private void refused(CallDetails call, ErrorCode code, String reason) {
        audit.refused(call.id(), call.peer(), call.method(), call.path(), code.reason(), reason);
    }
}
