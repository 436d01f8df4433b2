package io.inference.api.message;

import org.jspecify.annotations.Nullable;

/**
 * A tool that a model may call: a function, or one of a type that only its backend knows.
 *
 * @param name the function; of another tool, its type
 * @param parametersJson JSON schema of its arguments, as JSON text; null if it takes none
 * @param function whether it is a function
 * @param json the tool in OpenAI's format as its caller wrote it, if that says more; otherwise null
 */
public record Tool(
        String name,
        @Nullable String description,
        @Nullable String parametersJson,
        @Nullable Boolean strict,
        boolean function,
        @Nullable String json) {
    /** A function without other fields. */
    public Tool(String name, @Nullable String description, @Nullable String parametersJson, @Nullable Boolean strict) {
        this(name, description, parametersJson, strict, true, null);
    }

    /** A tool that is no function. */
    public static Tool other(String type, String json) {
        return new Tool(type, null, null, null, false, json);
    }

    /** The same function, not held strictly to its schema. */
    public Tool notStrict() {
        return new Tool(name, description, parametersJson, null, function, null);
    }
}
