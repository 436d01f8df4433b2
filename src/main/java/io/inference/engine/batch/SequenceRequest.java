package io.inference.engine.batch;

/**
 * A sequence to be run.
 *
 * @param prompt at least one token; not changed
 * @param hidden whether the owner wants the prompt's hidden states instead of tokens
 * @param priority 0 is the most urgent
 * @param caller on whose behalf, for fairness
 * @param owner who gets the results
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record SequenceRequest(int[] prompt, boolean hidden, int priority, String caller, SequenceOwner owner) {}
