package io.inference.api;

import java.util.List;

/** One whole answer of those asked for. */
public record Choice(int index, Message message, FinishReason finishReason, List<TokenLogprob> logprobs) {
    public Choice {
        logprobs = List.copyOf(logprobs);
    }
}
