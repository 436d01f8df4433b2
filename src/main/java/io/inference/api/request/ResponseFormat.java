package io.inference.api.request;

import org.jspecify.annotations.Nullable;

/** The shape that an answer must have. Free text is no format at all: null in the request. */
public sealed interface ResponseFormat {
    /** Any JSON object. */
    record JsonObject() implements ResponseFormat {}

    /** JSON that a schema, given as JSON text, describes. */
    record JsonSchema(
            @Nullable String name,
            String schemaJson,
            @Nullable Boolean strict) implements ResponseFormat {}
}
