package io.inference.api.stream;

import io.inference.api.call.Usage;
import io.inference.api.message.AnswerExtras;
import io.inference.api.message.FinishReason;
import io.inference.api.message.TokenLogprob;
import io.inference.api.message.ToolCall;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The next piece of one choice of an answer.
 *
 * @param index the choice, from 0
 * @param text generated since the last chunk; may be empty
 * @param thinking reasoning since the last chunk; null if there is none
 * @param toolCalls calls, or parts of calls, since the last chunk
 * @param finishReason set in the choice's last chunk
 * @param usage set in the answer's last chunk, for all choices together
 * @param extras other fields; null, as usual, if there are none
 */
public record Chunk(
        int index,
        String text,
        @Nullable String thinking,
        List<ToolCall> toolCalls,
        List<TokenLogprob> logprobs,
        @Nullable FinishReason finishReason,
        @Nullable Usage usage,
        @Nullable AnswerExtras extras)
        implements StreamEvent {
    public Chunk {
        toolCalls = List.copyOf(toolCalls);
        logprobs = List.copyOf(logprobs);
    }

    /** A chunk without other fields. */
    public Chunk(
            int index,
            String text,
            @Nullable String thinking,
            List<ToolCall> toolCalls,
            List<TokenLogprob> logprobs,
            @Nullable FinishReason finishReason,
            @Nullable Usage usage) {
        this(index, text, thinking, toolCalls, logprobs, finishReason, usage, null);
    }

    public static Chunk of(int index, String text) {
        return new Chunk(index, text, null, List.of(), List.of(), null, null);
    }

    /** The same chunk with this usage. */
    public Chunk withUsage(Usage whole) {
        return new Chunk(index, text, thinking, toolCalls, logprobs, finishReason, whole, extras);
    }

    /** The same chunk with other fields. */
    public Chunk with(@Nullable AnswerExtras other) {
        return new Chunk(index, text, thinking, toolCalls, logprobs, finishReason, usage, other);
    }
}
