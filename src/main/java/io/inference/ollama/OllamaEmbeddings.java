package io.inference.ollama;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.call.Usage;
import io.inference.upstream.JsonTokens;
import io.inference.upstream.Vectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the answers of {@code /api/embed}, and of {@code /api/embeddings}, which contains one vector and no number of
 * tokens.
 */
final class OllamaEmbeddings {
    private OllamaEmbeddings() {}

    static EmbedAnswer read(byte[] body, String asked) throws IOException {
        String model = asked;
        List<float[]> vectors = new ArrayList<>();
        int tokens = 0;
        try (JsonParser json = JsonTokens.parser(body, 0, body.length)) {
            JsonTokens.openObject(json);
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                switch (field) {
                    case "model" -> model = json.getText();
                    case "embedding" -> vectors.add(Vectors.read(json));
                    case "embeddings" -> readAll(json, vectors);
                    case "prompt_eval_count" -> tokens = JsonTokens.integer(json);
                    default -> json.skipChildren();
                }
            }
        }
        return new EmbedAnswer(model, vectors, new Usage(tokens, 0, 0));
    }

    private static void readAll(JsonParser json, List<float[]> vectors) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        while (JsonTokens.nextElement(json)) {
            vectors.add(Vectors.read(json));
        }
    }
}
