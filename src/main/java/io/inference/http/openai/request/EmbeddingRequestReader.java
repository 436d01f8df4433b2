package io.inference.http.openai.request;

import io.inference.api.answer.EmbedAnswer;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Extras;
import io.inference.api.request.EmbedRequest;
import io.inference.http.format.WireRequest;
import io.inference.http.json.JsonFields;
import io.inference.http.openai.answer.EmbeddingAnswerWriter;
import java.util.List;
import java.util.Set;

/** Reads the body of {@code POST /v1/embeddings}. */
public final class EmbeddingRequestReader {
    /** OpenAI's own limit. */
    private static final int MAX_INPUTS = 2048;

    private static final String INPUT = "input";

    /** Tokens in place of texts are for the backend alone. */
    private static final Set<String> KNOWN_BUT_INPUT = Set.of("model", "dimensions", "encoding_format");

    private static final Set<String> KNOWN = Set.of("model", INPUT, "dimensions", "encoding_format");

    private EmbeddingRequestReader() {}

    /** @throws InferenceException for a body that is invalid or asks for something unsupported */
    public static WireRequest<EmbedAnswer> read(byte[] bytes) {
        JsonFields body = JsonFields.parse(bytes);
        String model = body.requiredText("model");
        boolean tokens = body.isTokens(INPUT);
        List<String> inputs = tokens ? List.of() : inputs(body);
        Integer dimensions = body.integer("dimensions", 1, Integer.MAX_VALUE);
        boolean base64 = switch (body.text("encoding_format", "float")) {
            case "float" -> false;
            case "base64" -> true;
            default -> throw body.invalid("encoding_format", "'encoding_format' must be float or base64");
        };
        return WireRequest.of(
                new EmbedRequest(
                        model,
                        inputs,
                        dimensions,
                        true,
                        false,
                        Extras.openAi(body.except(tokens ? KNOWN_BUT_INPUT : KNOWN))),
                EmbedAnswer.class,
                new EmbeddingAnswerWriter(base64));
    }

    private static List<String> inputs(JsonFields body) {
        List<String> inputs = body.texts(INPUT);
        if (inputs.isEmpty()) {
            throw body.invalid(INPUT, "'input' is required and must not be empty");
        }
        if (inputs.contains("")) {
            throw body.invalid(INPUT, "'input' must not hold an empty text");
        }
        if (inputs.size() > MAX_INPUTS) {
            throw body.invalid(INPUT, "'input' may hold " + MAX_INPUTS + " texts at most");
        }
        return inputs;
    }
}
