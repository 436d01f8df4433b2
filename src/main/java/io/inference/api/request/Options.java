package io.inference.api.request;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Options of a generation. With null the backend decides.
 *
 * @param temperature 0 takes the most likely token each time
 * @param maxTokens maximum number of generated tokens for each choice
 * @param stop texts that end the answer and are not part of it
 * @param contextLength maximum number of tokens of prompt and answer together
 * @param choices number of answers to generate; at least 1
 * @param topLogprobs null for no logprobs; 0 for those of the chosen tokens; otherwise the number of alternatives in
 *     addition
 */
public record Options(
        @Nullable Double temperature,
        @Nullable Double topP,
        @Nullable Integer topK,
        @Nullable Double minP,
        @Nullable Double repeatPenalty,
        @Nullable Double presencePenalty,
        @Nullable Double frequencyPenalty,
        @Nullable Long seed,
        @Nullable Integer maxTokens,
        List<String> stop,
        @Nullable Integer contextLength,
        int choices,
        @Nullable Integer topLogprobs) {
    /** One choice, all else decided by the backend. */
    public static final Options DEFAULTS =
            new Options(null, null, null, null, null, null, null, null, null, List.of(), null, 1, null);

    public Options {
        stop = List.copyOf(stop);
    }

    /** The same options with this limit. */
    public Options withMaxTokens(int tokens) {
        return new Options(
                temperature,
                topP,
                topK,
                minP,
                repeatPenalty,
                presencePenalty,
                frequencyPenalty,
                seed,
                tokens,
                stop,
                contextLength,
                choices,
                topLogprobs);
    }
}
