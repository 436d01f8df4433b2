package io.inference.engine.batch;

/**
 * A sequence to be run.
 *
 * @param prompt at least one token; not changed
 * @param priority 0 is the most urgent
 * @param caller of the sequence, for fairness
 * @param owner receives the results
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record SequenceRequest(int[] prompt, int priority, String caller, SequenceOwner owner) {
    /** Whether the prompt's hidden states are requested instead of tokens. */
    boolean hidden() {
        return owner instanceof SequenceOwner.OfHiddenStates;
    }
}
