package io.inference.security;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import org.jspecify.annotations.Nullable;

/**
 * Who may call a route, at every door, if the route does not decide itself: callers of the user groups. A credential
 * with scopes needs the one that the route names.
 *
 * @param users groups that may use the service, admins' among them
 */
public record UserAccess(GroupNames users) {
    static final String NO_GROUP = "the caller is in no group that may do this";

    /**
     * Why a caller may not call a route; null if it may.
     *
     * @param decides whether a step of the route says which groups may
     * @param scope that the route names; null for none
     */
    public @Nullable String refusal(Caller caller, boolean decides, @Nullable String scope) {
        if (!decides && caller.kind() != Caller.Kind.LOCAL && !users.include(caller)) {
            return NO_GROUP;
        }
        boolean enough = scope == null ? decides || caller.scopes().isEmpty() : caller.mayDo(scope);
        return enough ? null : ScopeCheckProcessor.refusal(scope == null ? "" : scope);
    }

    /** @throws InferenceException with {@code FORBIDDEN} if the caller may not call a route, as in {@link #refusal} */
    public void check(Caller caller, boolean decides, @Nullable String scope) {
        String refusal = refusal(caller, decides, scope);
        if (refusal != null) {
            throw new InferenceException(ErrorCode.FORBIDDEN, refusal);
        }
    }
}
