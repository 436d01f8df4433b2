package io.inference.engine.batch;

/** Callbacks of a sequence's owner; all but {@link #cancelled} on the engine's thread. */
public sealed interface SequenceOwner {
    /** Whether the sequence's result is no longer needed. */
    boolean cancelled();

    /** Whether the owner can take another token; if not, the sequence pauses. */
    boolean ready();

    /** The sequence takes part from the next step on; {@code cachedTokens} of its prompt were in the cache. */
    void started(int cachedTokens);

    /** The sequence has failed: the engine closed or a step failed. */
    void failed(RuntimeException cause);

    /** Generates tokens after the prompt. */
    non-sealed interface OfTokens extends SequenceOwner {
        /** Result of {@link #advance} at the end of a sequence. */
        int END = -1;

        /**
         * The whole prompt, or the last generated token, went through the model.
         *
         * @param logits {@code (vocabulary)}, valid during the call; may be changed
         * @return the next token, or {@link #END}
         */
        int advance(float[] logits);
    }

    /** Receives the hidden states of the prompt's tokens; the end of the prompt is the end of the sequence. */
    non-sealed interface OfHiddenStates extends SequenceOwner {
        /**
         * Part of the prompt went through the model.
         *
         * @param hidden {@code (tokens,width)}, valid during the call
         * @param last whether this is the end of the prompt
         */
        void hidden(float[] hidden, boolean last);
    }
}
