package io.inference.telemetry;

import io.inference.config.Settings;

/**
 * The settings of the logs of calls.
 *
 * @param json whether log lines are JSON
 */
record TelemetrySettings(boolean json) {
    static TelemetrySettings of(Settings settings) {
        return new TelemetrySettings(settings.text("log-format").equals("json"));
    }
}
