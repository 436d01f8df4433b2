package io.inference.security.network;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.security.AuditLog;
import io.inference.security.CallDetails;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Access to the management port. It authenticates no caller, so it serves only health and metrics, and refuses requests
 * through a proxy or from a page in a browser; on loopback also those that were not meant for this machine.
 */
public final class ManagementAccess {
    private static final Pattern PATHS = Pattern.compile("/actuator/(?:health(?:/[A-Za-z]+)?|prometheus)");

    private final boolean loopback;
    private final AuditLog audit;

    /** @param loopback whether only this machine can reach the port */
    public ManagementAccess(boolean loopback, AuditLog audit) {
        this.loopback = loopback;
        this.audit = audit;
    }

    /**
     * Decides about a request; refusals are in the audit log.
     *
     * @param fetchSite the browser's header Sec-Fetch-Site, the origin of a request; {@code none} for a typed address
     * @return null if the request is accepted
     */
    public @Nullable InferenceException refusal(CallDetails call, @Nullable String fetchSite) {
        boolean reads = call.method().equals("GET") || call.method().equals("HEAD");
        if (!reads || !PATHS.matcher(call.path()).matches()) {
            return refuse(call, ErrorCode.NOT_FOUND, "page not found");
        }
        String objection = objection(call, fetchSite);
        return objection == null ? null : refuse(call, ErrorCode.FORBIDDEN, objection);
    }

    private @Nullable String objection(CallDetails call, @Nullable String fetchSite) {
        if (call.forwarded()) {
            return "a proxy passed this on";
        }
        if (call.origin() != null || fetchSite != null && !fetchSite.equals("none")) {
            return "pages may not ask this port";
        }
        return loopback ? LocalMachine.objection(call) : null;
    }

    private InferenceException refuse(CallDetails call, ErrorCode code, String message) {
        audit.refused(call.id(), call.peer(), call.method(), call.path(), code.reason(), "management port: " + message);
        return new InferenceException(code, message);
    }
}
