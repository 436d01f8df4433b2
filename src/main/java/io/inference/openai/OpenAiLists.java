package io.inference.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Usage;
import io.inference.openai.answer.OpenAiFrameParser;
import io.inference.upstream.JsonTokens;
import io.inference.upstream.Vectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the answers of {@code /models} and {@code /embeddings}, which are lists under {@code data}. */
public final class OpenAiLists {
    private OpenAiLists() {}

    /** @param backend its name, for the models */
    public static List<ModelInfo> models(byte[] body, String backend) throws IOException {
        List<ModelInfo> models = new ArrayList<>();
        try (JsonParser json = JsonTokens.parser(body, 0, body.length)) {
            JsonTokens.openObject(json);
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                if (field.equals("data") && json.currentToken() == JsonToken.START_ARRAY) {
                    while (JsonTokens.nextElement(json)) {
                        models.add(model(json, backend));
                    }
                } else {
                    json.skipChildren();
                }
            }
        }
        return models;
    }

    private static ModelInfo model(JsonParser json, String backend) throws IOException {
        String id = "";
        Long created = null;
        Integer contextLength = null;
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "id" -> id = json.getText();
                case "created" -> created = json.currentToken().isNumeric() ? (Long) json.getLongValue() : null;
                // vLLM's name; names of other servers.
                case "max_model_len", "context_length" ->
                    contextLength = positive(JsonTokens.integer(json), contextLength);
                // llama.cpp's.
                case "meta" -> contextLength = positive(trainedContext(json), contextLength);
                default -> json.skipChildren();
            }
        }
        return new ModelInfo(id, backend, true, contextLength, null, null, null, null, null, created);
    }

    private static @Nullable Integer positive(int value, @Nullable Integer before) {
        return value > 0 ? (Integer) value : before;
    }

    private static int trainedContext(JsonParser json) throws IOException {
        int length = 0;
        if (json.currentToken() == JsonToken.START_OBJECT) {
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                if (field.equals("n_ctx_train")) {
                    length = JsonTokens.integer(json);
                } else {
                    json.skipChildren();
                }
            }
        }
        return length;
    }

    static EmbedAnswer embeddings(byte[] body, String asked) throws IOException {
        String model = asked;
        TreeMap<Integer, float[]> vectors = new TreeMap<>();
        Usage usage = null;
        try (JsonParser json = JsonTokens.parser(body, 0, body.length)) {
            JsonTokens.openObject(json);
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                switch (field) {
                    case "data" -> readVectors(json, vectors);
                    case "model" -> model = json.getText();
                    case "usage" -> usage = OpenAiFrameParser.usage(json);
                    default -> json.skipChildren();
                }
            }
        }
        return new EmbedAnswer(model, List.copyOf(vectors.values()), usage == null ? Usage.NONE : usage);
    }

    private static void readVectors(JsonParser json, TreeMap<Integer, float[]> vectors) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new IOException("embeddings that are not a list");
        }
        while (JsonTokens.nextElement(json)) {
            int index = vectors.size();
            float[] vector = {};
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                switch (field) {
                    case "index" -> index = JsonTokens.integer(json);
                    case "embedding" -> vector = Vectors.read(json);
                    default -> json.skipChildren();
                }
            }
            vectors.put(index, Vectors.normalize(vector));
        }
    }
}
