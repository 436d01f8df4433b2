package io.inference.api.call;

/**
 * Tokens that a call used.
 *
 * @param cachedTokens tokens of the prompt that came from a cache
 */
public record Usage(int promptTokens, int completionTokens, int cachedTokens) {
    public static final Usage NONE = new Usage(0, 0, 0);

    public Usage plus(Usage other) {
        return new Usage(
                promptTokens + other.promptTokens,
                completionTokens + other.completionTokens,
                cachedTokens + other.cachedTokens);
    }
}
