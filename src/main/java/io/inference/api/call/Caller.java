package io.inference.api.call;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The authenticated origin of a request. Routes find it as the exchange property {@value #PROPERTY}, which no header,
 * query or form field can set.
 *
 * @param subject the caller's name, under which its data are stored: a token's {@code sub}, an API key's owner,
 *     {@code service:…}
 * @param groups groups of the caller, which authorizing steps check
 * @param scopes operations that its credential is restricted to, such as {@code chat}; empty for no restriction
 * @param tenant the organisation it belongs to; null if its credential names none
 * @param admin whether it is in AUTH_ADMIN_GROUP, so that it may read what belongs to others
 */
public record Caller(
        String subject,
        Set<String> groups,
        Set<String> scopes,
        @Nullable String tenant,
        Kind kind,
        boolean admin) {
    public static final String PROPERTY = "InferenceCaller";

    /** Exchange property with the scope that a route requires of credentials with scopes. */
    public static final String REQUIRED_SCOPE = "InferenceRequiredScope";

    /** A user of this machine, while authentication is off. */
    public static final Caller LOCAL = new Caller("local", Set.of(), Set.of(), null, Kind.LOCAL, true);

    /** The kind of credential of a caller. */
    public enum Kind {
        /** A token that an issuer made for a person. */
        USER,
        /** A token that an issuer made for a program, or the API key of a program. */
        SERVICE,
        /** A key that this service made. */
        API_KEY,
        /** A key of the internal endpoints, from an address that may use them. */
        INTERNAL,
        /** None: authentication is off and only this machine has access. */
        LOCAL
    }

    public Caller {
        groups = Set.copyOf(groups);
        scopes = Set.copyOf(scopes);
    }

    /** A caller that is no admin. */
    public Caller(String subject, Set<String> groups, Set<String> scopes, @Nullable String tenant, Kind kind) {
        this(subject, groups, scopes, tenant, kind, false);
    }

    /** Whether its credential includes an operation, whatever its groups may do. */
    public boolean mayDo(String operation) {
        return scopes.isEmpty() || scopes.contains(operation);
    }

    /** The tenant as rows hold it; empty for none. */
    public String tenantOrEmpty() {
        return tenant == null ? "" : tenant;
    }

    /** The same caller as an admin. */
    public Caller asAdmin() {
        return admin ? this : new Caller(subject, groups, scopes, tenant, kind, true);
    }

    /**
     * Whether something belongs to this caller: it may then change and delete it as well as read it. Equal names of two
     * tenants are two callers.
     */
    public boolean owns(String ownerSubject, @Nullable String ownerTenant) {
        return subject.equals(ownerSubject) && Objects.equals(tenant, ownerTenant);
    }

    /** Whether this caller may see something: what belongs to it, and as an admin everything. */
    public boolean mayRead(String ownerSubject, @Nullable String ownerTenant) {
        return admin || owns(ownerSubject, ownerTenant);
    }

    /**
     * Requires that this caller may see something.
     *
     * @param what such as {@code job}, as in {@link InferenceException#noSuch}
     * @throws InferenceException with {@code NOT_FOUND}, identical to the failure for something that does not exist
     */
    public void checkMayRead(String what, String ownerSubject, @Nullable String ownerTenant) {
        if (!mayRead(ownerSubject, ownerTenant)) {
            throw InferenceException.noSuch(what);
        }
    }

    /**
     * Requires that this caller is the owner, to change or delete something. An admin may see it all the same, so the
     * refusal gives the real reason.
     *
     * @param what such as {@code job}
     * @throws InferenceException with {@code NOT_FOUND}, or {@code FORBIDDEN} for an admin
     */
    public void checkOwns(String what, String ownerSubject, @Nullable String ownerTenant) {
        checkMayRead(what, ownerSubject, ownerTenant);
        if (!owns(ownerSubject, ownerTenant)) {
            throw new InferenceException(ErrorCode.FORBIDDEN, "only its owner may change this " + what);
        }
    }
}
