package io.inference.models;

import io.inference.api.backend.ModelInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * State of a backend, without its secrets.
 *
 * @param kind {@code local}, {@code ollama} or {@code openai}
 * @param urls its addresses; empty for the model of this process
 * @param replicasUp those of its replicas that answered when they were last asked
 * @param priority the lower, the earlier it is tried
 * @param weight its share of the requests of its priority; null if it has none
 * @param maxConcurrent calls that it may have at one time; null for any number
 * @param health {@code never asked}, {@code available} or {@code unavailable}: whether it listed its models when it was
 *     last asked
 * @param models that it listed last
 */
public record BackendState(
        String name,
        String kind,
        List<String> urls,
        int replicas,
        int replicasUp,
        int priority,
        @Nullable Integer weight,
        @Nullable Integer maxConcurrent,
        String health,
        List<ModelInfo> models) {}
