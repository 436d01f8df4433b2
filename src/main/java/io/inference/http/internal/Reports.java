package io.inference.http.internal;

import io.inference.api.backend.EngineReports;
import io.inference.config.Settings;
import io.inference.limits.QueueLimiter;
import io.inference.telemetry.CallMetrics;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Reports of the internal endpoints, as JSON objects. */
@Component
class Reports {
    private final Settings settings;
    private final BackendReports backends;
    private final CallMetrics calls;
    private final QueueLimiter waiting;
    private final EngineReports engine;

    Reports(Settings settings, BackendReports backends, CallMetrics calls, QueueLimiter waiting, EngineReports engine) {
        this.settings = settings;
        this.backends = backends;
        this.calls = calls;
        this.waiting = waiting;
        this.engine = engine;
    }

    /** By variable: its effective value, the layer it comes from; secrets masked. */
    Map<String, ?> config() {
        return settings.effective();
    }

    /** Calls in progress and waiting, backends and their models, and the engine if it runs a model. */
    Map<String, ?> status() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("active", calls.active());
        status.put("queued", waiting.count());
        status.put("backends", backends.all());
        engine.engine().ifPresent(report -> status.put("engine", report));
        return status;
    }
}
