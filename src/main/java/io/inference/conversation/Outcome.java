package io.inference.conversation;

import io.inference.api.error.ErrorCode;
import io.inference.api.message.FinishReason;
import org.jspecify.annotations.Nullable;

/**
 * How a model's answer ended.
 *
 * @param model the model that answered
 * @param finishReason null for an answer that was cut off
 * @param failure why it was cut off; null for a complete answer
 * @param promptTokens tokens of the whole prompt
 */
public record Outcome(
        String model,
        @Nullable FinishReason finishReason,
        @Nullable ErrorCode failure,
        int promptTokens,
        int completionTokens) {
    /** Whether the answer is complete. */
    public boolean isComplete() {
        return failure == null;
    }
}
