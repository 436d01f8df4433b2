package io.inference.engine.batch;

import io.inference.engine.model.StepResult;
import io.inference.engine.sampling.SamplingOptions;
import io.inference.engine.sampling.SamplingState;

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
        /** How the tokens are sampled; the same for the whole sequence. */
        SamplingOptions sampling();

        /** Number of most probable tokens to report with each token; {@link SamplingState#NO_LOGPROBS} for none. */
        int topLogprobs();

        /**
         * The next token was sampled: the whole prompt, or the last generated token, went through the model.
         *
         * @return whether the sequence continues after this token
         */
        boolean advance(StepResult.Token token);
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
