package io.inference.engine.model;

import io.inference.engine.sampling.SamplingState;

/**
 * The part of one sequence in a step.
 *
 * @param tokens the tokens to put through the model, at least one; not changed, and not kept after the step
 * @param position the first one's position in its sequence; all before it are in the pages already
 * @param pages the numbers of the sequence's pages of keys and values, in order, enough for the slice's last position,
 *     which the step writes
 * @param output the requested result
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between scheduler and model, never compared
public record Slice(int[] tokens, int position, int[] pages, Output output) {
    /** The requested result of a step for a slice. */
    public sealed interface Output {}

    /** Nothing: the slice only fills the cache. */
    public record None() implements Output {}

    /** The token after the slice's last, sampled by the model: {@link StepResult.Token}. */
    public record NextToken(SamplingState sampling) implements Output {}

    /**
     * The scores of every token of the vocabulary as the one after the slice's last, {@code (vocabulary)}: for
     * comparisons of backends. {@link StepResult.Floats}.
     */
    public record Logits() implements Output {}

    /**
     * The last layer's hidden states after the final norm, for each token, {@code (tokens,width)}:
     * {@link StepResult.Floats}.
     */
    public record Hidden() implements Output {}
}
