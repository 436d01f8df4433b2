package io.inference.http.security;

import io.inference.api.call.Caller;
import io.inference.routes.check.RouteAccess;
import io.inference.security.AuditLog;
import io.inference.security.CallerAuthentication;
import io.inference.security.UserAccess;
import io.inference.security.network.InternalKeyProvider;
import io.inference.security.network.LocalMachineProvider;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.core.Authentication;

/**
 * Authorizes REST requests. Deny by default: every path that is not open needs a caller, even if neither a route nor a
 * page serves it.
 */
final class RestAuthorization implements AuthorizationManager<HttpServletRequest> {
    private static final AuthorizationDecision GRANTED = new AuthorizationDecision(true);

    private final OpenPaths open;
    private final InternalKeyProvider internal;
    private final UserAccess users;
    private final AuditLog audit;

    /** @param users who may call routes that do not decide themselves */
    RestAuthorization(OpenPaths open, InternalKeyProvider internal, UserAccess users, AuditLog audit) {
        this.users = users;
        this.open = open;
        this.internal = internal;
        this.audit = audit;
    }

    @Override
    public AuthorizationDecision check(Supplier<Authentication> authentication, HttpServletRequest request) {
        RequestedCall call = RequestedCall.of(request);
        if (open.isForged(call)) {
            return new Denied("this link is not valid, or has expired", "a link's signature");
        }
        Caller caller = caller(authentication, call);
        boolean admin = caller != null && caller.admin();
        if (!admin && !call.isRouted() && !call.isInternal() && call.isBelow("/admin")) {
            return new Denied("this is for admins", "not in AUTH_ADMIN_GROUP");
        }
        if (call.isPreview() && !admin) {
            return new Denied(RequestedCall.GENERATION + " is for admins", "preview");
        }
        RouteAccess access = call.access();
        // The key and the address say who may call what is internal.
        return caller == null || access == null || call.isInternal() ? GRANTED : ofRoute(access, caller);
    }

    private AuthorizationDecision ofRoute(RouteAccess access, Caller caller) {
        String refusal = users.refusal(caller, access.decides(), access.scope());
        return refusal == null ? GRANTED : new Denied(refusal, refusal);
    }

    /** Reading the authentication refuses unauthenticated callers. */
    private @Nullable Caller caller(Supplier<Authentication> authentication, RequestedCall call) {
        if (call.isInternal()) {
            internal.check(call.details());
            Caller service = CallerAuthentication.of(authentication.get());
            audit.did(
                    call.details().id(),
                    call.details().peer(),
                    call.details().method() + " " + call.details().path());
            return service;
        }
        if (!open.contains(call)) {
            return CallerAuthentication.of(authentication.get());
        }
        if (open.isOfEmbeddedIssuer(call)) {
            checkIssuersCaller(call);
        }
        return CallerAuthentication.current();
    }

    private static void checkIssuersCaller(RequestedCall call) {
        if (call.details().forwarded()) {
            throw LocalMachineProvider.forbidden("a proxy passed this on");
        }
        LocalMachineProvider.check(call.details());
    }
}
