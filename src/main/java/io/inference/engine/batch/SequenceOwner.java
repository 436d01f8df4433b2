package io.inference.engine.batch;

/** What the scheduler asks of whoever wants a sequence; all but {@link #cancelled} on the engine's thread. */
public sealed interface SequenceOwner {
    /** Whether nobody waits for the sequence any more. */
    boolean cancelled();

    /** Whether another token would be taken; while not, the sequence pauses. */
    boolean ready();

    /** The sequence takes part from the next step on; {@code cachedTokens} of its prompt were in the cache. */
    void started(int cachedTokens);

    /** The sequence is over: the engine closed or a step failed. */
    void failed(RuntimeException cause);

    /** Wants tokens that follow the prompt. */
    non-sealed interface OfTokens extends SequenceOwner {
        /** What {@link #advance} answers at the end of a sequence. */
        int END = -1;

        /**
         * The whole prompt, or the token answered last, went through the model.
         *
         * @param logits {@code (vocabulary)}, valid during the call; may be changed
         * @return the token to go on with, or {@link #END}
         */
        int advance(float[] logits);
    }

    /** Wants the hidden states of the prompt's tokens; the end of the prompt is the end of the sequence. */
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
