package io.inference.api.message;

import java.util.List;

/**
 * Probability of a token.
 *
 * @param logprob natural logarithm of its probability
 * @param bytes its UTF-8 bytes, which need not be whole characters
 * @param top the most likely tokens at its position, most likely first, each without alternatives of its own
 */
public record TokenLogprob(String token, double logprob, byte[] bytes, List<TokenLogprob> top) {
    public TokenLogprob {
        top = List.copyOf(top);
    }
}
