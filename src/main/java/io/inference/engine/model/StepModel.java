package io.inference.engine.model;

import io.inference.engine.tensor.KvLayout;
import java.util.List;

/** A model that processes several sequences at once, step by step; called by one thread. */
public interface StepModel {
    /** The layout of the pages that slices bring. */
    KvLayout kvLayout();

    /** Maximum number of tokens of one step, over all its slices. */
    int maxStepTokens();

    /**
     * Puts every slice through the model.
     *
     * @return for each slice the result of its {@link Slice.Output}, an empty array for nothing; the arrays belong to
     *     the model and are valid until the next step
     */
    List<float[]> step(List<Slice> slices);
}
