package io.inference.engine;

import java.util.List;

/**
 * A token with its probability under the model's own distribution.
 *
 * @param token the token's number
 * @param bytes UTF-8 bytes of the token, which may be part of a character
 * @param logprob the natural logarithm of its probability
 * @param top the most probable tokens at its position, if requested; theirs are empty
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record TokenProbability(int token, byte[] bytes, float logprob, List<TokenProbability> top) {}
