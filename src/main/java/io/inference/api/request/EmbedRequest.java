package io.inference.api.request;

import io.inference.api.call.Operation;
import io.inference.api.message.Extras;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts to turn into vectors.
 *
 * @param inputs the texts; none if the caller sent tokens, which are the field {@code input} of {@code extras}
 * @param dimensions number of components to keep; null is all
 * @param normalize whether each vector is scaled to length 1
 * @param truncate whether a text longer than the model's context is cut rather than refused
 * @param extras other fields
 */
public record EmbedRequest(
        String model,
        List<String> inputs,
        @Nullable Integer dimensions,
        boolean normalize,
        boolean truncate,
        Extras extras)
        implements InferenceRequest {
    /** The field of {@code extras} with tokens. */
    public static final String INPUT = "input";

    public EmbedRequest {
        inputs = List.copyOf(inputs);
    }

    /** A request without other fields. */
    public EmbedRequest(
            String model, List<String> inputs, @Nullable Integer dimensions, boolean normalize, boolean truncate) {
        this(model, inputs, dimensions, normalize, truncate, Extras.NONE);
    }

    @Override
    public Operation operation() {
        return Operation.EMBED;
    }

    @Override
    public EmbedRequest withModel(String name) {
        return new EmbedRequest(name, inputs, dimensions, normalize, truncate, extras);
    }

    /** Whether there is nothing to turn into vectors: neither texts nor tokens. */
    public boolean isEmpty() {
        return inputs.isEmpty() && extras.json(INPUT) == null;
    }

    /** The same request for other texts. */
    public EmbedRequest withInputs(List<String> texts) {
        return new EmbedRequest(model, texts, dimensions, normalize, truncate, extras);
    }
}
