package io.inference.engine.model;

import io.inference.engine.tensor.KvLayout;
import java.util.List;

/** A model that works on several sequences at once, a step at a time; called by one thread. */
public interface StepModel {
    /** The layout of the pages that slices bring. */
    KvLayout kvLayout();

    /** The most tokens that one step takes, over all its slices. */
    int maxStepTokens();

    /**
     * Puts every slice through the model.
     *
     * @return for each slice what its {@link Slice.Output} says, an empty array for nothing; the arrays belong to the
     *     model and are valid until the next step
     */
    List<float[]> step(List<Slice> slices);
}
