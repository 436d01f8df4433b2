package io.inference.telemetry;

import io.inference.api.backend.EngineReports;
import io.inference.api.backend.EngineReports.EngineReport;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Meters of the engine that runs a model in this process; zero while there is no model. */
final class EngineMetrics {
    private static final List<String> BACKENDS = List.of("cuda", "cpu", "scalar");

    private final EngineReports engine;

    EngineMetrics(EngineReports engine, MeterRegistry registry) {
        this.engine = engine;
        gauge(
                registry,
                "inference.engine.tokens.rate",
                "Tokens a second while the model worked recently",
                it -> it.tokensPerSecond());
        gauge(
                registry,
                "inference.engine.memory.used",
                "Device memory that the model takes, in bytes",
                it -> orZero(it.memoryUsedBytes()));
        gauge(
                registry,
                "inference.engine.memory.total",
                "Memory of the device, in bytes",
                it -> orZero(it.memoryTotalBytes()));
        FunctionCounter.builder("inference.engine.tokens", this, it -> it.value(EngineReport::generatedTokens))
                .description("Tokens generated")
                .register(registry);
        for (String backend : BACKENDS) {
            Gauge.builder(
                            "inference.engine.backend",
                            this,
                            it -> it.value(report -> report.backend().equals(backend) ? 1 : 0))
                    .description("Where the model runs: 1 for that backend")
                    .tag("backend", backend)
                    .register(registry);
        }
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<EngineReport> value) {
        Gauge.builder(name, this, it -> it.value(value))
                .description(description)
                .register(registry);
    }

    private double value(ToDoubleFunction<EngineReport> value) {
        return engine.engine().map(value::applyAsDouble).orElse(0.0);
    }

    private static double orZero(@Nullable Long value) {
        return value == null ? 0 : value;
    }
}
