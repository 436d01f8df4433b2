package io.inference.embedded;

import io.inference.config.Settings;
import java.nio.file.Path;

/**
 * The settings of the embedded servers.
 *
 * @param dataFolder for the data of the servers
 * @param issuer whether callers have no other issuer and need one
 * @param groupsClaim claim of the embedded issuer's tokens that holds the groups
 * @param tls whether REST, and so the embedded issuer, uses TLS
 */
record EmbeddedSettings(Path dataFolder, boolean issuer, String groupsClaim, boolean tls) {
    static EmbeddedSettings of(Settings settings) {
        return new EmbeddedSettings(
                settings.path("data-dir"),
                settings.optionalText("auth-issuer").isEmpty()
                        && !settings.flag("disable-auth")
                        && settings.listensOnLoopback(),
                settings.text("auth-groups-claim"),
                settings.optionalText("tls-cert-file").isPresent());
    }
}
