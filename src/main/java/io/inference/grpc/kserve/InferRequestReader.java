package io.inference.grpc.kserve;

import inference.GrpcPredictV2.ModelInferRequest;
import io.inference.api.error.InferenceException;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.grpc.messages.RequestReaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request of {@code ModelInfer}: to embed the texts in the tensor {@code text} or {@code input}, or to continue
 * those in {@code text_input}.
 */
final class InferRequestReader {
    static final String GENERATE_INPUT = "text_input";
    static final String GENERATE_OUTPUT = "text_output";
    static final String EMBED_INPUT = "text";
    static final String EMBED_OUTPUT = "embedding";

    private InferRequestReader() {}

    /** @throws InferenceException for invalid tensors or a request for something unsupported */
    static InferenceRequest read(ModelInferRequest from, boolean stream) {
        String model = from.getModelName();
        if (model.isEmpty()) {
            throw InferenceException.invalid("model_name", "'model_name' is required");
        }
        InferOptions options = new InferOptions();
        List<String> prompts = null;
        List<String> texts = null;
        for (InputTensor input : InputTensor.of(from)) {
            switch (input.name()) {
                case GENERATE_INPUT -> prompts = input.texts();
                case EMBED_INPUT, "input" -> texts = once(texts, input);
                default -> options.add(input.name(), input.only());
            }
        }
        if ((prompts == null) == (texts == null)) {
            throw InferenceException.invalid(
                    "inputs",
                    "'inputs' must have the tensor 'text_input', to generate, or 'text', to embed, and not both");
        }
        checkOutputs(from, prompts == null ? EMBED_OUTPUT : GENERATE_OUTPUT);
        if (texts != null) {
            return new EmbedRequest(model, RequestReaders.inputs(texts), null, true, false);
        }
        options.addAll(from.getParametersMap());
        return new GenerateRequest(model, some(prompts), options.read(), false);
    }

    private static List<String> once(@Nullable List<String> before, InputTensor input) {
        if (before != null) {
            throw InferenceException.invalid("inputs", "'text' and 'input' are one tensor; give one of them");
        }
        return input.texts();
    }

    private static List<String> some(@Nullable List<String> prompts) {
        if (prompts == null || prompts.isEmpty()) {
            throw InferenceException.invalid(
                    "inputs." + GENERATE_INPUT, "the input tensor 'text_input' has no element");
        }
        return prompts;
    }

    private static void checkOutputs(ModelInferRequest from, String there) {
        from.getOutputsList().forEach(output -> {
            if (!output.getName().equals(there)) {
                throw InferenceException.invalid("outputs", "the one output tensor of this request is '" + there + "'");
            }
        });
    }
}
