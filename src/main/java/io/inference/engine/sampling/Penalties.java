package io.inference.engine.sampling;

import java.util.HashMap;
import java.util.Map;

/** The penalties on the logits of the last tokens of a sequence. */
final class Penalties {
    private final Map<Integer, Integer> counts = new HashMap<>();
    private final Map<Integer, Float> untouched = new HashMap<>();

    /** Changes the logits of the tokens in the window; {@link #restore} undoes it. */
    void apply(float[] logits, SamplingState state) {
        SamplingOptions options = state.options();
        counts.clear();
        for (int i = state.windowStart(); i < state.count(); i++) {
            counts.merge(state.history()[i], 1, Integer::sum);
        }
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
