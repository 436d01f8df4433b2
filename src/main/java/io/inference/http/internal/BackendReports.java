package io.inference.http.internal;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.inference.api.backend.ModelInfo;
import io.inference.models.BackendState;
import io.inference.models.ModelDirectory;
import io.inference.telemetry.BackendCalls;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** State of each backend: whether it answers, the state of its circuit breaker, its load and its models. */
@Component
class BackendReports {
    private final ModelDirectory directory;
    private final BackendCalls calls;
    private final Map<String, CircuitBreaker> breakers;

    BackendReports(ModelDirectory directory, BackendCalls calls, List<CircuitBreaker> breakers) {
        this.directory = directory;
        this.calls = calls;
        this.breakers = breakers.stream().collect(Collectors.toMap(CircuitBreaker::getName, Function.identity()));
    }

    /**
     * @param health whether it answered when it was last asked for its models
     * @param breaker state of its circuit breaker, such as {@code closed}; null if it has none
     * @param recentFailures failed ones among the breaker's last calls
     * @param recentCalls number of calls in the breaker's window
     */
    record Backend(
            String name,
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
        return directory.backends().stream().map(state -> of(state, loaded)).toList();
    }

    private Backend of(BackendState state, Set<String> loaded) {
        CircuitBreaker breaker = breakers.get(state.name());
        return new Backend(
                state.name(),
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
