package io.inference.engine.model;

import java.util.List;

/**
 * The part of one sequence in a step.
 *
 * @param tokens the tokens to put through the model, at least one; not changed, and not kept after the step
 * @param position the first one's position in its sequence; all before it are in the pages already
 * @param pages the sequence's pages of keys and values, enough for the slice's last position, which the step writes
 * @param output the requested result
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between scheduler and model, never compared
public record Slice(int[] tokens, int position, List<float[]> pages, Output output) {
    /** Kinds of results of a step for a slice. */
    public enum Output {
        /** Nothing: the slice only fills the cache. */
        NONE,
        /** The scores of every token of the vocabulary as the one after the slice's last: {@code (vocabulary)}. */
        LOGITS,
        /** The last layer's hidden states after the final norm, for each token: {@code (tokens,width)}. */
        HIDDEN
    }
}
