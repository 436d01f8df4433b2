package io.inference.http.internal;

import io.inference.config.Settings;
import io.inference.limits.QueueLimiter;
import io.inference.telemetry.CallMetrics;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Reports of the internal endpoints, as JSON objects. */
@Component
class Reports {
    private final Settings settings;
    private final BackendReports backends;
    private final CallMetrics calls;
    private final QueueLimiter waiting;

    Reports(Settings settings, BackendReports backends, CallMetrics calls, QueueLimiter waiting) {
        this.settings = settings;
        this.backends = backends;
        this.calls = calls;
        this.waiting = waiting;
    }

    /** By variable: its effective value, the layer it comes from; secrets masked. */
    Map<String, ?> config() {
        return settings.effective();
    }

    /** Calls in progress and waiting, backends and their models. */
    Map<String, ?> status() {
        return Map.of("active", calls.active(), "queued", waiting.count(), "backends", backends.all());
    }
}
