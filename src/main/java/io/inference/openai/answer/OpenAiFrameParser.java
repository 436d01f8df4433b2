package io.inference.openai.answer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.call.Usage;
import io.inference.api.stream.Chunk;
import io.inference.upstream.JsonTokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads answers of {@code /chat/completions} and {@code /completions}, whole ones and chunks, in one pass. */
public final class OpenAiFrameParser {
    private OpenAiFrameParser() {}

    /** @param withModel whether to read the model's name: once for each answer is enough */
    public static OpenAiFrame parse(byte[] bytes, int from, int to, boolean withModel) throws IOException {
        String model = null;
        List<Chunk> choices = List.of();
        Usage usage = null;
        OpenAiError error = null;
        try (JsonParser json = JsonTokens.parser(bytes, from, to)) {
            JsonTokens.openObject(json);
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                switch (field) {
                    case "choices" -> choices = choices(json);
                    case "model" -> model = withModel ? JsonTokens.text(json) : null;
                    case "usage" -> usage = usage(json);
                    case "error" -> error = json.currentToken() == JsonToken.VALUE_NULL ? null : OpenAiError.read(json);
                    default -> json.skipChildren();
                }
            }
        }
        return new OpenAiFrame(model, choices, usage, error);
    }

    private static List<Chunk> choices(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return List.of();
        }
        List<Chunk> choices = new ArrayList<>(1);
        while (JsonTokens.nextElement(json)) {
            choices.add(new OpenAiChoice().read(json));
        }
        return choices;
    }

    public static @Nullable Usage usage(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return null;
        }
        int prompt = 0;
        int completion = 0;
        int cached = 0;
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "prompt_tokens" -> prompt = JsonTokens.integer(json);
                case "completion_tokens" -> completion = JsonTokens.integer(json);
                case "prompt_tokens_details" -> cached = cached(json);
                default -> json.skipChildren();
            }
        }
        return new Usage(prompt, completion, cached);
    }

    private static int cached(JsonParser json) throws IOException {
        int cached = 0;
        if (json.currentToken() == JsonToken.START_OBJECT) {
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                if (field.equals("cached_tokens")) {
                    cached = JsonTokens.integer(json);
                } else {
                    json.skipChildren();
                }
            }
        }
        return cached;
    }
}
