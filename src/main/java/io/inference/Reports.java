package io.inference;

import io.inference.api.ModelInfo;
import io.inference.config.Settings;
import io.inference.http.internal.InternalReports;
import io.inference.models.ModelDirectory;
import io.inference.security.WaitingCalls;
import io.inference.telemetry.CallMetrics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** What the parts say of themselves to the internal endpoints. */
@Component
class Reports implements InternalReports {
    private final Settings settings;
    private final ModelDirectory models;
    private final CallMetrics calls;
    private final WaitingCalls waiting;

    Reports(Settings settings, ModelDirectory models, CallMetrics calls, WaitingCalls waiting) {
        this.settings = settings;
        this.models = models;
        this.calls = calls;
        this.waiting = waiting;
    }

    @Override
    public Map<String, ?> config() {
        return settings.effective();
    }

    @Override
    public Map<String, ?> status() {
        Map<String, List<String>> backends = models.models().stream()
                .collect(Collectors.groupingBy(
                        ModelInfo::backend, TreeMap::new, Collectors.mapping(ModelInfo::id, Collectors.toList())));
        List<String> loaded = models.loaded().stream().map(ModelInfo::id).toList();
        return Map.of("active", calls.active(), "queued", waiting.count(), "backends", backends, "loaded", loaded);
    }
}
