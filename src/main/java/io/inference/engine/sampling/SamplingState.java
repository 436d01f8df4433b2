package io.inference.engine.sampling;

/**
 * All that the choice of a sequence's next token depends on, apart from the logits. Nothing else is kept from token to
 * token, so that any backend can sample: the random numbers are a function of the seed and a counter.
 *
 * @param options options of sampling
 * @param history the sequence's tokens, prompt and answer, for the penalties; only the first {@code count} are valid;
 *     not changed, and not kept after the step
 * @param count number of tokens of the sequence so far
 * @param drawn tokens sampled for this sequence so far: the counter of the random numbers
 * @param topLogprobs number of most probable tokens to report; {@link #NO_LOGPROBS} for no probabilities at all
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between scheduler and model, never compared
public record SamplingState(SamplingOptions options, int[] history, int count, int drawn, int topLogprobs) {
    /** Value of {@code topLogprobs} for no probabilities at all. */
    public static final int NO_LOGPROBS = -1;

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    /** Whether the log probability of the chosen token is requested. */
    public boolean reportsLogprobs() {
        return topLogprobs >= 0;
    }

    /** Index in {@code history} of the first token that the penalties count; {@code count} if there is none. */
    public int windowStart() {
        if (!options.penalizes()) {
            return count;
        }
        return options.repeatWindow() < 0 ? 0 : Math.max(0, count - options.repeatWindow());
    }

    /**
     * The random number for the next token, from 0 inclusive to 1 exclusive: number {@code drawn} of the sequence that
     * {@code new SplittableRandom(seed)} gives as doubles.
     */
    public double point() {
        return (mix(options.seed() + (drawn + 1L) * GOLDEN_GAMMA) >>> 11) * 0x1.0p-53;
    }

    /** The output function of SplitMix64. */
    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
