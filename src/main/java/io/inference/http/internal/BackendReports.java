package io.inference.http.internal;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.inference.api.backend.ModelInfo;
import io.inference.models.BackendState;
import io.inference.models.ModelDirectory;
import io.inference.routes.backend.BackendRoutes;
import io.inference.routes.generation.RouteGeneration;
import io.inference.routes.generation.RouteGenerations;
import io.inference.telemetry.BackendCalls;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** State of each backend: whether it answers, the state of its circuit breaker, its load and its models. */
@Component
class BackendReports {
    private final ModelDirectory directory;
    private final BackendCalls calls;
    private final RouteGenerations generations;

    BackendReports(ModelDirectory directory, BackendCalls calls, RouteGenerations generations) {
        this.directory = directory;
        this.calls = calls;
        this.generations = generations;
    }

    /**
     * @param kind {@code local}, {@code ollama} or {@code openai}
     * @param urls its addresses; empty for the model of this process
     * @param replicasUp those of its replicas that answered when they were last asked
     * @param health whether it answered when it was last asked for its models
     * @param breaker state of its circuit breaker, such as {@code closed}; null if it has none
     * @param recentFailures failed ones among the breaker's last calls
     * @param recentCalls number of calls in the breaker's window
     */
    record Backend(
            String name,
            String kind,
            List<String> urls,
            int replicas,
            int replicasUp,
            String health,
            @Nullable String breaker,
            int recentFailures,
            int recentCalls,
            BackendCalls.Count calls,
            List<Model> models) {}

    /**
     * @param state {@code ready}, {@code unloaded}, {@code loading} or {@code unavailable}
     * @param loaded whether the backend holds it in memory now
     */
    record Model(
            String id,
            boolean ready,
            String state,
            boolean loaded,
            @Nullable Integer contextLength,
            @Nullable String parameterSize,
            @Nullable String quantization,
            @Nullable Long sizeBytes) {}

    /** In the order of preference. */
    List<Backend> all() {
        Set<String> loaded =
                directory.loaded().stream().map(BackendReports::key).collect(Collectors.toSet());
        RouteGeneration serving = generations.current();
        Map<String, CircuitBreaker> breakers = serving == null ? Map.of() : serving.breakers();
        return directory.backends().stream()
                .map(state -> of(state, breakers.get(BackendRoutes.id(state.name())), loaded))
                .toList();
    }

    private Backend of(BackendState state, @Nullable CircuitBreaker breaker, Set<String> loaded) {
        return new Backend(
                state.name(),
                state.kind(),
                state.urls(),
                state.replicas(),
                state.replicasUp(),
                state.health(),
                breaker == null
                        ? null
                        : breaker.getState().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                breaker == null ? 0 : breaker.getMetrics().getNumberOfFailedCalls(),
                breaker == null ? 0 : breaker.getMetrics().getNumberOfBufferedCalls(),
                calls.of(state.name()),
                state.models().stream().map(model -> of(model, loaded)).toList());
    }

    private static Model of(ModelInfo model, Set<String> loaded) {
        return new Model(
                model.id(),
                model.ready(),
                model.state().label(),
                loaded.contains(key(model)),
                model.contextLength(),
                model.parameterSize(),
                model.quantization(),
                model.sizeBytes());
    }

    private static String key(ModelInfo model) {
        return model.backend() + '\n' + model.id();
    }
}
