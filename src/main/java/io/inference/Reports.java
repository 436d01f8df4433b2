package io.inference;

import io.inference.config.Settings;
import io.inference.http.internal.InternalReports;
import io.inference.limits.QueueLimiter;
import io.inference.telemetry.CallMetrics;
import java.util.Map;
import org.springframework.stereotype.Component;

/** What the parts say of themselves to the internal endpoints. */
@Component
class Reports implements InternalReports {
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

    @Override
    public Map<String, ?> config() {
        return settings.effective();
    }

    @Override
    public Map<String, ?> status() {
        return Map.of("active", calls.active(), "queued", waiting.count(), "backends", backends.all());
    }
}
