package io.inference.api.request;

import org.jspecify.annotations.Nullable;

/** The required format of an answer. Free text has no format: null in the request. */
public sealed interface ResponseFormat {
    /** Any JSON object. */
    record JsonObject() implements ResponseFormat {}

    /** JSON according to a schema, which is JSON text. */
    record JsonSchema(
            @Nullable String name,
            String schemaJson,
            @Nullable Boolean strict) implements ResponseFormat {}
}
