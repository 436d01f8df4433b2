package io.inference.security;

import io.inference.api.Caller;
import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import java.util.Set;

/**
 * The one place that lets a gRPC call in or refuses it. Deny by default: every method needs a caller, whether a route serves it or
 * nobody. A bearer token makes callers themselves; the door's key, from an address that may use it, makes them {@code service:grpc}.
 */
public final class RpcAdmittance {
    /** What holders of the door's key are to the service. */
    public static final Caller KEY_HOLDER = new Caller("service:grpc", Set.of(), Set.of(), null, Caller.Kind.SERVICE);

    private static final String TOLD = "a valid credential is needed in the metadata 'authorization'";

    private final Tokens tokens;
    private final InternalAccess keys;
    private final boolean authenticationOff;
    private final AuditLog audit;

    /**
     * @param keys the door's keys and who may use them; without a key no call is let in by one
     * @param authenticationOff lets in whoever is on this machine, and nobody else
     */
    public RpcAdmittance(Tokens tokens, InternalAccess keys, boolean authenticationOff, AuditLog audit) {
        this.tokens = tokens;
        this.keys = keys;
        this.authenticationOff = authenticationOff;
        this.audit = audit;
    }

    /**
     * Says who calls. May block.
     *
     * @throws InferenceException for whoever is not let in
     */
    public Caller admit(Knock knock) {
        if (authenticationOff) {
            String objection = LocalMachine.objection(knock);
            if (objection != null) {
                throw refused(knock, ErrorCode.FORBIDDEN, objection, objection);
            }
            return Caller.LOCAL;
        }
        try {
            String token = Tokens.bearer(knock.authorization());
            if (token != null) {
                return tokens.verify(token);
            }
            if (knock.apiKeys().isEmpty() || !keys.exists()) {
                throw new RefusedTokenException("no credential");
            }
            checkKey(knock);
            return KEY_HOLDER;
        } catch (RefusedTokenException e) {
            throw refused(knock, ErrorCode.UNAUTHENTICATED, TOLD, e.getMessage() == null ? "" : e.getMessage());
        }
    }

    private void checkKey(Knock knock) throws RefusedTokenException {
        boolean known =
                knock.apiKeys().size() == 1 && keys.isKey(knock.apiKeys().getFirst());
        if (!keys.mayComeFrom(knock)) {
            throw new RefusedTokenException("a key, but not in GRPC_ALLOWED_IPS");
        }
        if (!known) {
            throw new RefusedTokenException("not the key of this door");
        }
    }

    private InferenceException refused(Knock knock, ErrorCode code, String told, String reason) {
        audit.refused(knock.id(), knock.peer(), knock.method(), knock.path(), code.reason(), reason);
        return new InferenceException(code, told);
    }
}
