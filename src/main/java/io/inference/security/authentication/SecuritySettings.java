package io.inference.security.authentication;

import io.inference.config.Settings;
import io.inference.security.GroupNames;
import io.inference.security.network.InternalAccess;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The settings of security.
 *
 * @param issuer of the callers' tokens; null if none is named
 * @param users groups that may use the service, admins' among them
 * @param admins groups of admins
 * @param groupsClaim claim of a token that holds the caller's groups
 * @param scopePrefix restricts tokens to their scopes with this prefix; null ignores the scopes of tokens
 * @param authenticationOff accepts callers on this machine without credentials, and no others
 * @param internal who may use the internal endpoints
 * @param loopback whether only this machine reaches the listeners of REST and of management
 */
record SecuritySettings(
        @Nullable Issuer issuer,
        GroupNames users,
        GroupNames admins,
        String groupsClaim,
        @Nullable String scopePrefix,
        boolean authenticationOff,
        InternalAccess internal,
        boolean loopback) {
    /**
     * @param audience that its tokens must contain
     * @param jwksUri address of its keys; null: from its metadata
     * @param clientId client of the issuer for sign-in and for opaque tokens; null for none
     * @param clientSecret null if the issuer is not asked about opaque tokens
     */
    record Issuer(
            String name,
            String audience,
            @Nullable URI jwksUri,
            @Nullable String clientId,
            @Nullable String clientSecret) {
        /** Without the secret. */
        @Override
        public String toString() {
            return "Issuer[name=" + name + ", audience=" + audience + ", clientId=" + clientId + "]";
        }
    }

    static SecuritySettings of(Settings settings) {
        String users = settings.optionalText("auth-user-groups").orElse("");
        String admins = settings.text("auth-admin-group");
        return new SecuritySettings(
                issuer(settings),
                GroupNames.parse(users + "," + admins),
                GroupNames.parse(admins),
                settings.text("auth-groups-claim"),
                settings.optionalText("auth-scope-prefix").orElse(null),
                settings.flag("disable-auth"),
                new InternalAccess(
                        settings.optionalText("internal-api-key").orElse(""),
                        settings.optionalText("internal-allowed-ips").orElse(""),
                        settings.optionalText("trusted-proxies").orElse("")),
                settings.listensOnLoopback());
    }

    private static @Nullable Issuer issuer(Settings settings) {
        String audience = settings.optionalText("auth-audience").orElse("");
        URI jwksUri = settings.optionalUrl("auth-jwks-uri").orElse(null);
        String clientId = settings.optionalText("auth-client-id").orElse(null);
        String clientSecret = settings.optionalText("auth-client-secret").orElse(null);
        return settings.optionalText("auth-issuer")
                .map(name -> new Issuer(name, audience, jwksUri, clientId, clientSecret))
                .orElse(null);
    }
}
