package io.inference.api.request;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
 * @param spelled names that the caller used for options that have more than one in OpenAI's API and its extensions:
 *     {@value #MAX_COMPLETION_TOKENS}, {@value #REPEAT_PENALTY}, {@value #REPETITION_PENALTY}
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
        @Nullable Integer topLogprobs,
        Set<String> spelled) {
    public static final String MAX_TOKENS = "max_tokens";
    public static final String MAX_COMPLETION_TOKENS = "max_completion_tokens";
    public static final String REPEAT_PENALTY = "repeat_penalty";
    public static final String REPETITION_PENALTY = "repetition_penalty";

    /** One choice, all else decided by the backend. */
    public static final Options DEFAULTS =
            new Options(null, null, null, null, null, null, null, null, null, List.of(), null, 1, null);

    public Options {
        stop = List.copyOf(stop);
        spelled = Set.copyOf(spelled);
    }

    /** Options by their usual names. */
    public Options(
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
        this(
                temperature,
                topP,
                topK,
                minP,
                repeatPenalty,
                presencePenalty,
                frequencyPenalty,
                seed,
                maxTokens,
                stop,
                contextLength,
                choices,
                topLogprobs,
                Set.of());
    }

    /** The same options with a limit. */
    public Options withMaxTokens(int limit) {
        return withLimit(limit, spelled);
    }

    /** The same options, with the limit under a name that is not one of these. */
    public Options withLimitNot(Set<String> names) {
        if (maxTokens == null || !names.contains(limitName())) {
            return this;
        }
        Set<String> other = new HashSet<>(spelled);
        if (!other.remove(MAX_COMPLETION_TOKENS)) {
            other.add(MAX_COMPLETION_TOKENS);
        }
        return withLimit(maxTokens, other);
    }

    private Options withLimit(@Nullable Integer limit, Set<String> names) {
        return new Options(
                temperature,
                topP,
                topK,
                minP,
                repeatPenalty,
                presencePenalty,
                frequencyPenalty,
                seed,
                limit,
                stop,
                contextLength,
                choices,
                topLogprobs,
                names);
    }

    /** The name by which the caller limited the tokens. */
    public String limitName() {
        return spelled.contains(MAX_COMPLETION_TOKENS) ? MAX_COMPLETION_TOKENS : MAX_TOKENS;
    }

    /** The options without those of the given names. */
    Options without(Set<String> names) {
        boolean repeat = !names.contains(REPEAT_PENALTY) && !names.contains(REPETITION_PENALTY);
        return new Options(
                names.contains("temperature") ? null : temperature,
                names.contains("top_p") ? null : topP,
                names.contains("top_k") ? null : topK,
                names.contains("min_p") ? null : minP,
                repeat ? repeatPenalty : null,
                names.contains("presence_penalty") ? null : presencePenalty,
                names.contains("frequency_penalty") ? null : frequencyPenalty,
                names.contains("seed") ? null : seed,
                maxTokens,
                names.contains("stop") ? List.of() : stop,
                names.contains("num_ctx") ? null : contextLength,
                names.contains("n") ? 1 : choices,
                names.contains("logprobs") ? null : topLogprobs,
                spelled);
    }
}
