package io.inference.engine.sampling;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** The window of the last tokens, and the penalties on the logits of the tokens in it. */
final class Penalties {
    private final SamplingOptions options;
    private final ArrayDeque<Integer> window = new ArrayDeque<>();
    private final Map<Integer, Integer> counts = new HashMap<>();
    private final Map<Integer, Float> untouched = new HashMap<>();

    Penalties(SamplingOptions options) {
        this.options = options;
    }

    void accept(int token) {
        if (!options.penalizes()) {
            return;
        }
        window.addLast(token);
        counts.merge(token, 1, Integer::sum);
        if (options.repeatWindow() >= 0 && window.size() > options.repeatWindow()) {
            counts.computeIfPresent(window.removeFirst(), (leaving, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Changes the logits of the tokens in the window; {@link #restore} undoes it. */
    void apply(float[] logits) {
        counts.forEach((token, count) -> {
            if (token < logits.length) {
                float logit = logits[token];
                untouched.put(token, logit);
                float repeated = logit > 0 ? logit / options.repeatPenalty() : logit * options.repeatPenalty();
                logits[token] = repeated - options.presencePenalty() - count * options.frequencyPenalty();
            }
        });
    }

    void restore(float[] logits) {
        untouched.forEach((token, logit) -> logits[token] = logit);
        untouched.clear();
    }
}
