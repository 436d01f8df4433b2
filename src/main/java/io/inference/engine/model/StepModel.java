package io.inference.engine.model;

import java.util.List;

/**
 * A model that processes several sequences at once, step by step; called by one thread. It owns the memory of the pages
 * of keys and values, which slices name by number, and samples the tokens, so that a backend on a device copies nothing
 * but token ids to the host.
 */
public interface StepModel {
    /** Maximum number of tokens of one step, over all its slices. */
    int maxStepTokens();

    /**
     * Makes the memory of a page available before its first use. Called once for each number, in order from 0.
     *
     * @throws OutOfMemoryError if there is no memory for it
     */
    void allocatePage(int page);

    /**
     * Puts every slice through the model.
     *
     * @return the result of each slice, in their order
     */
    List<StepResult> step(List<Slice> slices);
}
