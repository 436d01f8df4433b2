package io.inference.api.request;

import io.inference.api.call.Operation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts to turn into vectors.
 *
 * @param dimensions number of components to keep; null is all
 * @param normalize whether each vector is scaled to length 1
 * @param truncate whether a text longer than the model's context is cut rather than refused
 */
public record EmbedRequest(
        String model, List<String> inputs, @Nullable Integer dimensions, boolean normalize, boolean truncate)
        implements InferenceRequest {
    public EmbedRequest {
        inputs = List.copyOf(inputs);
    }

    @Override
    public Operation operation() {
        return Operation.EMBED;
    }

    @Override
    public EmbedRequest withModel(String name) {
        return new EmbedRequest(name, inputs, dimensions, normalize, truncate);
    }
}
