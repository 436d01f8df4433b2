package io.inference.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.backend.EngineReports;
import io.inference.api.backend.EngineReports.EngineReport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EngineMetricsTest {
    private static final EngineReport ON_GPU =
            new EngineReport("cuda", "cuda, NVIDIA L4", 5_000L, 24_000L, 61.5, 1234, 2, 0);
    private static final EngineReport ON_CPU = new EngineReport("cpu", "cpu, 2 threads", null, null, 8, 1240, 1, 0);

    /** A fake whose model a test changes. */
    private static final class Engine implements EngineReports {
        Optional<EngineReport> report = Optional.empty();

        @Override
        public Optional<EngineReport> engine() {
            return report;
        }
    }

    private static double value(MeterRegistry registry, String name) {
        return registry.get(name).gauge().value();
    }

    private static double runsOn(MeterRegistry registry, String backend) {
        return registry.get("inference.engine.backend")
                .tag("backend", backend)
                .gauge()
                .value();
    }

    @Test
    void followsTheModelFromNoneToTheGpuAndToTheCpu() {
        Engine engine = new Engine();
        MeterRegistry registry = new SimpleMeterRegistry();
        EngineMetrics metrics = new EngineMetrics(engine, registry);
        assertThat(metrics).isNotNull();
        assertThat(value(registry, "inference.engine.memory.total")).isZero();
        assertThat(runsOn(registry, "cuda") + runsOn(registry, "cpu") + runsOn(registry, "scalar"))
                .isZero();
        engine.report = Optional.of(ON_GPU);
        assertThat(value(registry, "inference.engine.memory.used")).isEqualTo(5_000);
        assertThat(value(registry, "inference.engine.memory.total")).isEqualTo(24_000);
        assertThat(value(registry, "inference.engine.tokens.rate")).isEqualTo(61.5);
        assertThat(registry.get("inference.engine.tokens").functionCounter().count())
                .isEqualTo(1234);
        assertThat(runsOn(registry, "cuda")).isEqualTo(1);
        engine.report = Optional.of(ON_CPU);
        assertThat(value(registry, "inference.engine.memory.used")).isZero();
        assertThat(runsOn(registry, "cuda")).isZero();
        assertThat(runsOn(registry, "cpu")).isEqualTo(1);
    }
}
