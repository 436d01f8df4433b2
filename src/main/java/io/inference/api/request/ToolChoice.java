package io.inference.api.request;

import org.jspecify.annotations.Nullable;

/**
 * Whether the model must call a function.
 *
 * @param function the one that it must call, with {@link Mode#FUNCTION}; else null
 */
public record ToolChoice(Mode mode, @Nullable String function) {
    /** How free the model is. */
    public enum Mode {
        AUTO,
        NONE,
        REQUIRED,
        FUNCTION
    }
}
