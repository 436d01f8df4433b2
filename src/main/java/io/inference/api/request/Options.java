package io.inference.api.request;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to generate. A null leaves the choice to the backend.
 *
 * @param temperature 0 takes the likeliest token each time
 * @param maxTokens most tokens to make, a choice
 * @param stop texts that end the answer and are not part of it
 * @param contextLength tokens that prompt and answer may fill together
 * @param choices how many answers to make; at least 1
 * @param topLogprobs null for no logprobs; 0 for those of the chosen tokens; else how many alternatives beside
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
    /** Everything left to the backend, one choice. */
    public static final Options DEFAULTS =
            new Options(null, null, null, null, null, null, null, null, null, List.of(), null, 1, null);

    public Options {
        stop = List.copyOf(stop);
    }
}
