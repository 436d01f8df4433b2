package io.inference.routes.generation;

import io.inference.config.Settings;
import io.inference.routes.check.AllowList;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of routes. {@link SettingsSource} resolves the settings that route files name in double braces.
 *
 * @param folder of the route files
 * @param maxDraining replaced generations that may finish their calls at the same time
 * @param manual whether a change waits until it is committed
 * @param stopGrace how long exchanges in progress may delay the stop of the service
 * @param dataFolder folder for the files that served last
 * @param allowed components and languages in addition to the safe list
 * @param extensions folder of jars for routes; null for none
 */
record RoutesSettings(
        Path folder,
        int maxDraining,
        boolean manual,
        Duration stopGrace,
        Path dataFolder,
        AllowList allowed,
        @Nullable Path extensions) {
    RoutesSettings {
        if (maxDraining < 1) {
            throw new IllegalArgumentException(maxDraining + " generations");
        }
    }

    static RoutesSettings of(Settings settings) {
        return new RoutesSettings(
                settings.path("routes-dir"),
                settings.whole("routes-max-draining"),
                settings.text("routes-commit").equals("manual"),
                settings.time("shutdown-grace"),
                settings.path("data-dir"),
                new AllowList(settings.optionalText("routes-allow").orElse("")),
                settings.optionalText("extensions-dir").map(Path::of).orElse(null));
    }
}
