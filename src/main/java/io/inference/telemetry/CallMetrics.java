package io.inference.telemetry;

import io.inference.api.call.Call;
import io.inference.api.call.CallListener;
import io.inference.api.call.Operation;
import io.inference.api.error.InferenceException;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Meters of calls under the names of OpenTelemetry's conventions for generative AI. Looked up once for each set of
 * tags.
 */
public class CallMetrics implements CallListener {
    private static final Duration[] SECONDS = {
        Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(40), Duration.ofMillis(80),
        Duration.ofMillis(160), Duration.ofMillis(320), Duration.ofMillis(640), Duration.ofMillis(1280),
        Duration.ofMillis(2560), Duration.ofMillis(5120), Duration.ofMillis(10240), Duration.ofMillis(20480),
        Duration.ofMillis(40960), Duration.ofMillis(81920)
    };
    private static final double[] TOKENS = {1, 4, 16, 64, 256, 1024, 4096, 16384, 65536};

    private final MeterRegistry registry;
    private final AtomicInteger active;
    private final Map<Kind, Meters> meters = new ConcurrentHashMap<>();

    public CallMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.active = registry.gauge("inference.requests.active", new AtomicInteger());
    }

    /**
     * The tags of a call. The model is named by the backend, never by the caller, so that the number of tags stays
     * small.
     */
    private record Kind(String door, Operation operation, String backend, String model, String outcome) {}

    private record Meters(Timer duration, Timer firstToken, DistributionSummary input, DistributionSummary output) {}

    /** Calls in progress. */
    public int active() {
        return active.get();
    }

    @Override
    public void started(Call call) {
        active.incrementAndGet();
    }

    @Override
    public void ended(Call call, @Nullable InferenceException failure) {
        active.decrementAndGet();
        boolean served = !call.backend().isEmpty();
        Kind kind = new Kind(
                call.door(),
                call.operation(),
                served ? call.backend() : "none",
                served ? call.model() : "none",
                failure == null ? "ok" : failure.code().reason());
        Meters found = meters.computeIfAbsent(kind, this::register);
        found.duration.record(System.nanoTime() - call.startNanos(), TimeUnit.NANOSECONDS);
        if (call.timeToFirstTokenNanos() > 0) {
            found.firstToken.record(call.timeToFirstTokenNanos(), TimeUnit.NANOSECONDS);
        }
        if (served) {
            found.input.record(call.usage().promptTokens());
            found.output.record(call.usage().completionTokens());
        }
    }

    private Meters register(Kind kind) {
        Tags tags = Tags.of(
                "inference.door", kind.door(),
                "gen_ai.operation.name", kind.operation().label(),
                "gen_ai.provider.name", kind.backend(),
                "gen_ai.request.model", kind.model(),
                "error.type", kind.outcome().equals("ok") ? "" : kind.outcome());
        return new Meters(
                timer("gen_ai.server.request.duration", "How long requests took", tags),
                timer("gen_ai.server.time_to_first_token", "How long the first token took", tags),
                tokens(tags.and("gen_ai.token.type", "input")),
                tokens(tags.and("gen_ai.token.type", "output")));
    }

    private Timer timer(String name, String description, Tags tags) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(SECONDS)
                .tags(tags)
                .register(registry);
    }

    private DistributionSummary tokens(Tags tags) {
        return DistributionSummary.builder("gen_ai.client.token.usage")
                .description("Tokens of requests")
                .serviceLevelObjectives(TOKENS)
                .tags(tags)
                .register(registry);
    }
}
