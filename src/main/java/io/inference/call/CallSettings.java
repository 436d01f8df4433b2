package io.inference.call;

import io.inference.config.Settings;
import java.time.Duration;

/** @param grace time that a stop leaves to calls in progress */
record CallSettings(Duration grace) {
    static CallSettings of(Settings settings) {
        return new CallSettings(settings.time("shutdown-grace"));
    }
}
