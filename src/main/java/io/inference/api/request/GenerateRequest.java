package io.inference.api.request;

import io.inference.api.call.Operation;
import io.inference.api.message.Extras;
import java.util.List;

/**
 * Text to continue, used as it is: no chat template is applied.
 *
 * @param prompts one or more; each yields {@link Options#choices()} choices, numbered prompt by prompt
 * @param stream whether the answer is to be a {@link io.inference.api.stream.ChunkStream}
 * @param extras other fields
 */
public record GenerateRequest(String model, List<String> prompts, Options options, boolean stream, Extras extras)
        implements InferenceRequest {
    public GenerateRequest {
        prompts = List.copyOf(prompts);
    }

    /** The same request with other options. */
    public GenerateRequest withOptions(Options other) {
        return new GenerateRequest(model, prompts, other, stream, extras);
    }

    /** The same request for the rest of an answer. */
    public GenerateRequest continued(String longer, Options rest) {
        return new GenerateRequest(model, List.of(longer), rest, stream, extras);
    }

    /** A request without other fields. */
    public GenerateRequest(String model, List<String> prompts, Options options, boolean stream) {
        this(model, prompts, options, stream, Extras.NONE);
    }

    @Override
    public Operation operation() {
        return Operation.GENERATE;
    }

    @Override
    public GenerateRequest withModel(String name) {
        return new GenerateRequest(name, prompts, options, stream, extras);
    }
}
