package io.inference;

import io.inference.config.Settings;
import org.jspecify.annotations.Nullable;

/**
 * Settings that the greeting mentions.
 *
 * @param tls whether REST uses TLS
 * @param issuer issuer of the callers' tokens; null if none is set
 */
record StartSettings(
        String host,
        boolean tls,
        String apiVersion,
        boolean authenticationOff,
        @Nullable String issuer) {
    static StartSettings of(Settings settings) {
        return new StartSettings(
                settings.text("host"),
                settings.optionalText("tls-cert-file").isPresent(),
                settings.text("api-version"),
                settings.flag("disable-auth"),
                settings.optionalText("auth-issuer").orElse(null));
    }
}
