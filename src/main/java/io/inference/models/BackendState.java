package io.inference.models;

import io.inference.api.backend.ModelInfo;
import java.util.List;

/**
 * State of a backend.
 *
 * @param health {@code never asked}, {@code available} or {@code unavailable}: whether it listed its models when it was
 *     last asked
 * @param models that it listed last
 */
public record BackendState(String name, String health, List<ModelInfo> models) {}
