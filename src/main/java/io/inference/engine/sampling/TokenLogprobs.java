package io.inference.engine.sampling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The log probability of a chosen token and of the most probable ones, under the model's own distribution: from the raw
 * logits, before penalties, temperature and filters.
 *
 * @param token the chosen token
 * @param logprob its natural logarithm of probability
 * @param top the most probable tokens, the most probable first
 */
public record TokenLogprobs(int token, float logprob, List<Alternative> top) {
    private static final int BLOCK = 1024;

    /** One of the most probable tokens. */
    public record Alternative(int token, float logprob) {}

    public TokenLogprobs {
        top = List.copyOf(top);
    }

    /**
     * Computes them.
     *
     * @param logits logits (vocabulary,)
     * @param topCount number of most probable tokens to list, 0 for none
     */
    public static TokenLogprobs of(float[] logits, int token, int topCount) {
        double logSum = logSumExp(logits);
        List<Alternative> top = new ArrayList<>();
        for (int id : top(logits, topCount)) {
            top.add(new Alternative(id, (float) (logits[id] - logSum)));
        }
        return new TokenLogprobs(token, (float) (logits[token] - logSum), top);
    }

    private static double logSumExp(float[] logits) {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        float[] block = new float[BLOCK];
        for (int from = 0; from < logits.length; from += BLOCK) {
            int count = Math.min(BLOCK, logits.length - from);
            Exponential.of(logits, from, count, max, 1, block);
            for (int i = 0; i < count; i++) {
                sum += block[i];
            }
        }
        return max + Math.log(sum);
    }

    private static List<Integer> top(float[] logits, int count) {
        Comparator<Integer> heaviestFirst =
                Comparator.<Integer>comparingDouble(id -> -logits[id]).thenComparing(Comparator.naturalOrder());
        PriorityQueue<Integer> lowestOnTop = new PriorityQueue<>(heaviestFirst.reversed());
        for (int id = 0; id < logits.length && count > 0; id++) {
            if (lowestOnTop.size() < count) {
                lowestOnTop.add(id);
            } else if (logits[id] > logits[lowestOnTop.element()]) {
                lowestOnTop.remove();
                lowestOnTop.add(id);
            }
        }
        return lowestOnTop.stream().sorted(heaviestFirst).toList();
    }
}
