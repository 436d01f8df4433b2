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

    /**
     * The object that the parser is on.
     *
     * @param withModel whether the model's name is wanted: once an answer is enough
     */
    static OpenAiFrame read(JsonParser json, boolean withModel) throws IOException {
        String model = null;
        List<Chunk> choices = List.of();
        Usage usage = null;
        OpenAiError error = null;
        String message = null;
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "choices" -> choices = choices(json);
                // Of an error that is not under "error".
                case "message" -> message = JsonTokens.text(json);
                case "model" -> model = withModel ? JsonTokens.text(json) : null;
                case "usage" -> usage = usage(json);
                case "error" -> error = json.currentToken() == JsonToken.VALUE_NULL ? null : OpenAiError.read(json);
                default -> json.skipChildren();
            }
        }
        if (error == null && message != null && choices.isEmpty()) {
            error = new OpenAiError(message, null, null, null);
        }
        return new OpenAiFrame(model, choices, usage == null ? usage(choices) : usage, error);
    }

    private static @Nullable Usage usage(List<Chunk> choices) {
        for (Chunk choice : choices) {
            if (choice.usage() != null) {
                return choice.usage();
            }
        }
        return null;
    }

    private static List<Chunk> choices(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return List.of();
        }
        List<Chunk> choices = new ArrayList<>(1);
        while (JsonTokens.nextElement(json)) {
            if (json.currentToken() == JsonToken.START_OBJECT) {
                choices.add(new OpenAiChoice(choices.size()).read(json));
            } else {
                json.skipChildren();
            }
        }
        return choices;
    }

    /** The value that the parser is on; null if it holds no tokens. */
    public static @Nullable Usage usage(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return null;
        }
        int prompt = 0;
        int completion = 0;
        int cached = 0;
        int reasoning = 0;
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "prompt_tokens" -> prompt = JsonTokens.integer(json);
                case "completion_tokens" -> completion = JsonTokens.integer(json);
                case "prompt_tokens_details" -> cached = detail("cached_tokens", json, cached);
                case "completion_tokens_details" -> reasoning = detail("reasoning_tokens", json, reasoning);
                case "cached_tokens" -> cached = JsonTokens.integer(json);
                case "reasoning_tokens" -> reasoning = JsonTokens.integer(json);
                default -> json.skipChildren();
            }
        }
        return prompt == 0 && completion == 0 ? null : new Usage(prompt, completion, cached, reasoning);
    }

    private static int detail(String name, JsonParser json, int otherwise) throws IOException {
        int detail = otherwise;
        if (json.currentToken() == JsonToken.START_OBJECT) {
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                if (field.equals(name)) {
                    detail = JsonTokens.integer(json);
                } else {
                    json.skipChildren();
                }
            }
        }
        return detail;
    }
}
