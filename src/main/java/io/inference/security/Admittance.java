package io.inference.security;

import io.inference.api.Caller;
import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one place that lets an HTTP request in or refuses it, before anything of it is read. Deny by default: what is not on the short
 * list of public paths needs a caller, whether a route serves it, a page, or nobody. Only the Authorization header counts; below
 * {@code /internal} also X-API-Key, which services send whose keys were checked so elsewhere.
 */
public class Admittance {
    private static final Set<String> PUBLIC = Set.of(
            "/health",
            "/openapi.json",
            "/docs",
            "/docs/",
            "/docs/oauth2-redirect.html",
            "/docs/oauth2-redirect.js",
            "/console",
            "/console/",
            "/console/issuer.json");
    private static final Pattern PUBLIC_FILES =
            Pattern.compile("/docs/(?:swagger-ui|favicon)[A-Za-z0-9._-]*|/console/[a-z-]+\\.(?:js|css|svg)");
    private static final String TOLD = "a valid bearer token is needed in the Authorization header";
    private static final String TOLD_INTERNAL = "a valid key is needed, as X-API-Key or as a bearer token";

    private final Tokens tokens;
    private final InternalAccess internal;
    private final boolean authenticationOff;
    private final boolean embeddedIssuer;
    private final AuditLog audit;

    /**
     * @param authenticationOff lets in whoever is on this machine, and nobody else
     * @param embeddedIssuer whether {@code /dev/…} gives out tokens, to callers on this machine
     */
    public Admittance(
            Tokens tokens, InternalAccess internal, boolean authenticationOff, boolean embeddedIssuer, AuditLog audit) {
        this.tokens = tokens;
        this.internal = internal;
        this.authenticationOff = authenticationOff;
        this.embeddedIssuer = embeddedIssuer;
        this.audit = audit;
    }

    /** Decides; never throws for what a caller sent. */
    public Admission admit(Knock knock) {
        try {
            if (isBelow(knock.path(), "/internal")) {
                return admitInternal(knock);
            }
            if (authenticationOff) {
                return ofThisMachine(knock, Caller.LOCAL);
            }
            if (!knock.routed() && embeddedIssuer && isBelow(knock.path(), "/dev")) {
                return knock.forwarded()
                        ? refuse(knock, ErrorCode.FORBIDDEN, "a proxy passed this on", null)
                        : ofThisMachine(knock, null);
            }
            if (!knock.routed() && isPublic(knock)) {
                return new Admission.In(null);
            }
            String token = Tokens.bearer(knock.authorization());
            return token == null
                    ? challenge(knock, TOLD, "no Authorization header")
                    : admitCaller(knock, tokens.verify(token));
        } catch (RefusedTokenException e) {
            return invalid(knock, TOLD, e);
        } catch (InferenceException e) {
            return new Admission.Refused(e, null);
        }
    }

    static boolean isPublic(Knock knock) {
        boolean reads = knock.method().equals("GET") || knock.method().equals("HEAD");
        return reads
                && (PUBLIC.contains(knock.path())
                        || PUBLIC_FILES.matcher(knock.path()).matches());
    }

    private Admission admitInternal(Knock knock) {
        String objection = authenticationOff ? LocalMachine.objection(knock) : null;
        if (objection != null) {
            return refuse(knock, ErrorCode.FORBIDDEN, objection, null);
        }
        if (!internal.exists()) {
            return refuse(knock, ErrorCode.NOT_FOUND, "page not found", null);
        }
        if (!internal.mayComeFrom(knock)) {
            audit.refused(
                    knock.id(), knock.peer(), knock.method(), knock.path(), "not_found", "not in INTERNAL_ALLOWED_IPS");
            return new Admission.Refused(new InferenceException(ErrorCode.NOT_FOUND, "page not found"), null);
        }
        try {
            String key = internalKey(knock);
            if (key == null) {
                return challenge(knock, TOLD_INTERNAL, "no Authorization or X-API-Key header");
            }
            if (!internal.isKey(key)) {
                throw new RefusedTokenException("not an internal key");
            }
        } catch (RefusedTokenException e) {
            return invalid(knock, TOLD_INTERNAL, e);
        }
        audit.did(knock.id(), knock.peer(), knock.method() + " " + knock.path());
        return new Admission.In(InternalAccess.CALLER);
    }

    /** The key of either header; where both come they say the same, since nobody could tell which of two was meant. */
    private static @Nullable String internalKey(Knock knock) throws RefusedTokenException {
        String token = Tokens.bearer(knock.authorization());
        if (knock.apiKeys().isEmpty()) {
            return token;
        }
        if (knock.apiKeys().size() > 1) {
            throw new RefusedTokenException("more than one X-API-Key header");
        }
        String key = knock.apiKeys().getFirst().strip();
        if (token != null && !token.equals(key)) {
            throw new RefusedTokenException("Authorization and X-API-Key differ");
        }
        return key;
    }

    /** Routes ask for groups in their steps; the console's data is no route's. */
    private Admission admitCaller(Knock knock, Caller caller) {
        if (caller.admin() || knock.routed() || !isBelow(knock.path(), "/admin")) {
            return new Admission.In(caller);
        }
        audit.refused(
                knock.id(), caller.subject(), knock.method(), knock.path(), "forbidden", "not in AUTH_ADMIN_GROUP");
        return new Admission.Refused(new InferenceException(ErrorCode.FORBIDDEN, "this is for admins"), null);
    }

    private Admission ofThisMachine(Knock knock, @Nullable Caller caller) {
        String objection = LocalMachine.objection(knock);
        return objection == null ? new Admission.In(caller) : refuse(knock, ErrorCode.FORBIDDEN, objection, null);
    }

    private Admission challenge(Knock knock, String told, String reason) {
        audit.refused(knock.id(), knock.peer(), knock.method(), knock.path(), "unauthenticated", reason);
        return new Admission.Refused(new InferenceException(ErrorCode.UNAUTHENTICATED, told), "Bearer");
    }

    private Admission invalid(Knock knock, String told, RefusedTokenException why) {
        String reason = why.getMessage() == null ? "" : why.getMessage();
        audit.refused(knock.id(), knock.peer(), knock.method(), knock.path(), "unauthenticated", reason);
        return new Admission.Refused(
                new InferenceException(ErrorCode.UNAUTHENTICATED, told), "Bearer error=\"invalid_token\"");
    }

    private Admission refuse(Knock knock, ErrorCode code, String message, @Nullable String challenge) {
        audit.refused(knock.id(), knock.peer(), knock.method(), knock.path(), code.reason(), message);
        return new Admission.Refused(new InferenceException(code, message), challenge);
    }

    private static boolean isBelow(String path, String prefix) {
        return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }
}
