package io.inference.call;

import io.inference.config.Settings;
import java.time.Duration;

/** @param grace time for which a stop lets calls go on */
record CallSettings(Duration grace) {
    static CallSettings of(Settings settings) {
        return new CallSettings(settings.time("shutdown-grace"));
    }
}
