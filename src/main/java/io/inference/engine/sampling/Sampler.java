package io.inference.engine.sampling;

/**
 * Samples tokens on the CPU; for one thread at a time. Keeps buffers, but no state of a sequence.
 *
 * <p>The order is: penalties, temperature, top-k, then top-p and min-p, both applied to the distribution that the first
 * three left, so that a token stays if both keep it. Work for each token: one pass over the vocabulary, a heap of k for
 * top-k; for top-p a heap over the tokens that can be part of the nucleus, from which as many are removed as the
 * nucleus has. Nothing of the vocabulary's size is sorted, or allocated after the first token.
 */
public final class Sampler {
    private final Penalties penalties = new Penalties();
    private final Candidates candidates = new Candidates();

    /**
     * The next token.
     *
     * @param logits logits (vocabulary,); unchanged when this returns
     * @throws IllegalStateException if every logit is NaN
     */
    public int sample(float[] logits, SamplingState state) {
        return sample(logits, state, state.options().temperature() == 0 ? 0 : state.point());
    }

    /** The token at {@code point}, from 0 to 1, of the distribution; makes sampling testable. */
    int sample(float[] logits, SamplingState state, double point) {
        SamplingOptions options = state.options();
        penalties.apply(logits, state);
        try {
            int best = best(logits);
            if (options.temperature() == 0 || logits[best] == Float.POSITIVE_INFINITY) {
                return best;
            }
            if (options.topK() > 0 && options.topK() < logits.length) {
                candidates.takeTop(logits, options.topK());
            } else {
                candidates.takeAll(logits.length);
            }
            candidates.weigh(logits, logits[best], options.temperature());
            candidates.keepAtLeast(options.minP(), options.topP());
            return candidates.at(point, best);
        } finally {
            penalties.restore(logits);
        }
    }

    private static int best(float[] logits) {
        int best = -1;
        for (int i = 0; i < logits.length; i++) {
            // false for NaN
            if (logits[i] > (best < 0 ? Float.NEGATIVE_INFINITY : logits[best])) {
                best = i;
            }
        }
        if (best < 0) {
            throw new IllegalStateException("the model's logits are not numbers");
        }
        return best;
    }
}
