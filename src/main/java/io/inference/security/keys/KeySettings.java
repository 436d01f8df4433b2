package io.inference.security.keys;

import io.inference.config.Settings;
import org.jspecify.annotations.Nullable;

/**
 * The settings of API keys.
 *
 * @param bootstrapKey API key of the first admin; null for none
 * @param adminGroups the groups of that admin, separated by commas
 */
record KeySettings(@Nullable String bootstrapKey, String adminGroups) {
    static KeySettings of(Settings settings) {
        return new KeySettings(
                settings.optionalText("bootstrap-api-key").orElse(null), settings.text("auth-admin-group"));
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "KeySettings[adminGroups=" + adminGroups + "]";
    }
}
