package io.inference.api.message;

import org.jspecify.annotations.Nullable;

/**
 * Whether the model must call a function.
 *
 * @param function the one that it must call, with {@link Mode#FUNCTION}; otherwise null
 */
public record ToolChoice(Mode mode, @Nullable String function) {
    /** The model's choices. */
    public enum Mode {
        AUTO,
        NONE,
        REQUIRED,
        FUNCTION
    }
}
