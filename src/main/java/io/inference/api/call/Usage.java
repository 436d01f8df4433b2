package io.inference.api.call;

import io.inference.api.message.Extras;

/**
 * Tokens that a call used.
 *
 * @param cachedTokens tokens of the prompt that came from a cache
 * @param reasoningTokens tokens of the completion that are the model's thinking; 0 if the backend does not report them
 * @param extras other fields; {@value #PROMPT_DETAILS} and {@value #COMPLETION_DETAILS} hold the other fields of these
 *     objects
 */
public record Usage(int promptTokens, int completionTokens, int cachedTokens, int reasoningTokens, Extras extras) {
    public static final String PROMPT_DETAILS = "prompt_tokens_details";
    public static final String COMPLETION_DETAILS = "completion_tokens_details";

    public static final Usage NONE = new Usage(0, 0, 0);

    public Usage(int promptTokens, int completionTokens, int cachedTokens) {
        this(promptTokens, completionTokens, cachedTokens, 0);
    }

    public Usage(int promptTokens, int completionTokens, int cachedTokens, int reasoningTokens) {
        this(promptTokens, completionTokens, cachedTokens, reasoningTokens, Extras.NONE);
    }

    /** The sum, without other fields: their meaning is not known. */
    public Usage plus(Usage other) {
        return new Usage(
                promptTokens + other.promptTokens,
                completionTokens + other.completionTokens,
                cachedTokens + other.cachedTokens,
                reasoningTokens + other.reasoningTokens);
    }
}
