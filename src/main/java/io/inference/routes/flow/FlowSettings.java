package io.inference.routes.flow;

import io.inference.config.Settings;
import java.time.Duration;

/** @param requestTimeout how long a call that a route begins may take */
record FlowSettings(Duration requestTimeout) {
    static FlowSettings of(Settings settings) {
        return new FlowSettings(settings.time("request-timeout"));
    }
}
