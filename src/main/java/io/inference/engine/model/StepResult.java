package io.inference.engine.model;

import io.inference.engine.sampling.TokenLogprobs;
import org.jspecify.annotations.Nullable;

/** Result of a step for one slice, of the kind that its {@link Slice.Output} requests. */
public sealed interface StepResult {
    /** The slice only filled the cache. */
    record Nothing() implements StepResult {}

    /**
     * The sampled token.
     *
     * @param id the token's number
     * @param logprobs its log probability and those of the most probable tokens, null if not requested
     */
    record Token(int id, @Nullable TokenLogprobs logprobs) implements StepResult {}

    /** Instead of a token: the chosen token's logit is not a finite number, or every logit is NaN. */
    record NotFinite() implements StepResult {}

    /**
     * Logits {@code (vocabulary)} or hidden states {@code (tokens,width)}.
     *
     * @param values belong to the model and are valid until the next step
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier between model and scheduler, never compared
    record Floats(float[] values) implements StepResult {}
}
