package io.inference.api.request;

import org.jspecify.annotations.Nullable;

/**
 * A function that a model may call.
 *
 * @param parametersJson JSON schema of its arguments, as JSON text; null if it takes none
 */
public record Tool(
        String name,
        @Nullable String description,
        @Nullable String parametersJson,
        @Nullable Boolean strict) {}
