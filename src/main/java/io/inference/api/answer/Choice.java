package io.inference.api.answer;

import io.inference.api.message.Extras;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Message;
import io.inference.api.message.TokenLogprob;
import java.util.List;

/**
 * One complete answer of those requested.
 *
 * @param extras other fields
 */
public record Choice(
        int index, Message message, FinishReason finishReason, List<TokenLogprob> logprobs, Extras extras) {
    public Choice {
        logprobs = List.copyOf(logprobs);
    }

    /** A choice without other fields. */
    public Choice(int index, Message message, FinishReason finishReason, List<TokenLogprob> logprobs) {
        this(index, message, finishReason, logprobs, Extras.NONE);
    }
}
