package io.inference.api.message;

import org.jspecify.annotations.Nullable;

/**
 * A call of a function, or in a stream a part of one.
 *
 * @param index which call of the message this belongs to, from 0
 * @param id identifies the call in the tool's answer; null in later parts of a streamed call
 * @param name the function; null in later parts
 * @param argumentsJson arguments as JSON text; in a stream, the next piece of that text
 * @param extras other fields of the call, which the model's server may need back
 */
public record ToolCall(
        int index, @Nullable String id, @Nullable String name, String argumentsJson, Extras extras) {
    /** A call without other fields. */
    public ToolCall(int index, @Nullable String id, @Nullable String name, String argumentsJson) {
        this(index, id, name, argumentsJson, Extras.NONE);
    }
}
