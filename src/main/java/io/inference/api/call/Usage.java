package io.inference.api.call;

/**
 * Tokens that a call used.
 *
 * @param cachedTokens tokens of the prompt that came from a cache
 * @param reasoningTokens tokens of the completion that are the model's thinking; 0 if the backend does not report them
 */
public record Usage(int promptTokens, int completionTokens, int cachedTokens, int reasoningTokens) {
    public static final Usage NONE = new Usage(0, 0, 0);

    public Usage(int promptTokens, int completionTokens, int cachedTokens) {
        this(promptTokens, completionTokens, cachedTokens, 0);
    }

    public Usage plus(Usage other) {
        return new Usage(
                promptTokens + other.promptTokens,
                completionTokens + other.completionTokens,
                cachedTokens + other.cachedTokens,
                reasoningTokens + other.reasoningTokens);
    }
}
