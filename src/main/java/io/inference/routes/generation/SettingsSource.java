package io.inference.routes.generation;

import io.inference.config.Settings;
import org.apache.camel.spi.PropertiesSource;

/** The settings as {@code {{placeholders}}}, without secrets. */
record SettingsSource(Settings settings) implements PropertiesSource {
    @Override
    public String getName() {
        return "settings";
    }

    @Override
    @SuppressWarnings("NullAway") // Camel's contract: null for an unknown key.
    public String getProperty(String key) {
        return settings.forRoutes(key).orElse(null);
    }
}
