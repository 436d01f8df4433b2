package io.inference.engine.sampling;

/**
 * Options of sampling. The names and meanings are those of llama.cpp and Ollama.
 *
 * @param temperature 0 takes the most probable token; otherwise logits are divided by it, before the filters
 * @param topK only the k most probable tokens; 0 for all
 * @param topP only the fewest most probable tokens that together reach this probability; 1 for all
 * @param minP only tokens at least this probable in relation to the most probable one; 0 for all
 * @param repeatPenalty divides positive and multiplies negative logits of tokens in the window; 1 for none
 * @param presencePenalty subtracted from the logit of each token in the window
 * @param frequencyPenalty subtracted from the logit of a token for each time that it is in the window
 * @param repeatWindow number of last accepted tokens for the penalties; -1 for all, 0 for none
 * @param seed of the random numbers: same seed, same logits, same tokens
 */
public record SamplingOptions(
        float temperature,
        int topK,
        float topP,
        float minP,
        float repeatPenalty,
        float presencePenalty,
        float frequencyPenalty,
        int repeatWindow,
        long seed) {

    private static final int DEFAULT_WINDOW = 64;

    /** Checks the ranges; {@link IllegalArgumentException} names the option. */
    public SamplingOptions {
        require(temperature >= 0 && Float.isFinite(temperature), "temperature", temperature, "0 or more");
        require(topK >= 0, "top_k", topK, "0 or more");
        require(topP >= 0 && topP <= 1, "top_p", topP, "from 0 to 1");
        require(minP >= 0 && minP <= 1, "min_p", minP, "from 0 to 1");
        require(repeatPenalty > 0 && Float.isFinite(repeatPenalty), "repeat_penalty", repeatPenalty, "above 0");
        require(Float.isFinite(presencePenalty), "presence_penalty", presencePenalty, "finite");
        require(Float.isFinite(frequencyPenalty), "frequency_penalty", frequencyPenalty, "finite");
        require(repeatWindow >= -1, "repeat_last_n", repeatWindow, "-1 or more");
    }

    private static void require(boolean condition, String name, Number value, String accepted) {
        if (!condition) {
            throw new IllegalArgumentException("%s is %s; it must be %s".formatted(name, value, accepted));
        }
    }

    /** Always the most probable token. */
    public static SamplingOptions greedy() {
        return new SamplingOptions(0, 0, 1, 0, 1, 0, 0, DEFAULT_WINDOW, 0);
    }

    /** The model's own distribution: temperature 1, no filter, no penalty. */
    public static SamplingOptions neutral(long seed) {
        return new SamplingOptions(1, 0, 1, 0, 1, 0, 0, DEFAULT_WINDOW, seed);
    }

    boolean penalizes() {
        return repeatWindow != 0 && (repeatPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0);
    }
}
