package io.inference.api.answer;

import io.inference.api.message.FinishReason;
import io.inference.api.message.Message;
import io.inference.api.message.TokenLogprob;
import java.util.List;

/** One complete answer of those requested. */
public record Choice(int index, Message message, FinishReason finishReason, List<TokenLogprob> logprobs) {
    public Choice {
        logprobs = List.copyOf(logprobs);
    }
}
