package io.inference.engine;

import java.time.Duration;

/**
 * Tokens and times of a generation.
 *
 * @param promptTokens tokens of the prompt
 * @param completionTokens tokens generated, including the one that ended the answer
 * @param cachedTokens tokens of the prompt that were in the cache and did not go through the model
 * @param queued from submission to admission
 * @param prefill from admission to the first token
 * @param decode from the first token to the last
 */
public record Usage(
        int promptTokens, int completionTokens, int cachedTokens, Duration queued, Duration prefill, Duration decode) {}
