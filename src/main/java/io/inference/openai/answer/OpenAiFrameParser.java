package io.inference.openai.answer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.call.Usage;
import io.inference.api.message.Extras;
import io.inference.api.stream.Chunk;
import io.inference.upstream.JsonTokens;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads answers of {@code /chat/completions} and {@code /completions}, whole ones and chunks, in one pass. */
public final class OpenAiFrameParser {
    private OpenAiFrameParser() {}

    /**
     * The object that the parser is on.
     *
     * @param withModel whether the model's name is wanted: once an answer is enough
     * @param others keeps the fields of the whole answer that are not modelled
     */
    static OpenAiFrame read(JsonParser json, boolean withModel, UnknownFields others) throws IOException {
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
                // The door has its own, and random text that hides the length of chunks says nothing.
                case "id", "object", "created", "obfuscation" -> json.skipChildren();
                default -> others.take(field, json);
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
        Map<String, String> others = null;
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "prompt_tokens" -> prompt = JsonTokens.integer(json);
                case "completion_tokens" -> completion = JsonTokens.integer(json);
                case Usage.PROMPT_DETAILS, Usage.COMPLETION_DETAILS -> {
                    boolean ofPrompt = field.equals(Usage.PROMPT_DETAILS);
                    Details details = Details.read(json, ofPrompt ? "cached_tokens" : "reasoning_tokens");
                    cached = ofPrompt && details.known >= 0 ? details.known : cached;
                    reasoning = !ofPrompt && details.known >= 0 ? details.known : reasoning;
                    others = details.others == null ? others : with(others, field, details.others);
                }
                case "cached_tokens" -> cached = JsonTokens.integer(json);
                case "reasoning_tokens" -> reasoning = JsonTokens.integer(json);
                case "total_tokens" -> json.skipChildren();
                default -> others = with(others, field, json);
            }
        }
        Extras extras = others == null ? Extras.NONE : Extras.openAi(others);
        return prompt == 0 && completion == 0 ? null : new Usage(prompt, completion, cached, reasoning, extras);
    }

    private static @Nullable Map<String, String> with(
            @Nullable Map<String, String> fields, String name, JsonParser json) throws IOException {
        return json.currentToken() == JsonToken.VALUE_NULL
                ? fields
                : with(fields, name, Json.wellFormed(JsonTokens.raw(json)));
    }

    private static Map<String, String> with(@Nullable Map<String, String> fields, String name, String json) {
        Map<String, String> more = fields == null ? new LinkedHashMap<>() : fields;
        more.put(Json.wellFormed(name), json);
        return more;
    }

    /**
     * One object of details.
     *
     * @param known the number that is modelled; -1 if it is not there
     * @param others an object of the other fields, as JSON text; null if there are none
     */
    private record Details(int known, @Nullable String others) {
        static Details read(JsonParser json, String name) throws IOException {
            int known = -1;
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                return new Details(known, null);
            }
            StringBuilder others = null;
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                if (field.equals(name)) {
                    known = JsonTokens.integer(json);
                } else if (json.currentToken() != JsonToken.VALUE_NULL) {
                    others = others == null ? new StringBuilder("{") : others.append(',');
                    others.append(JsonTokens.quoted(field)).append(':').append(Json.wellFormed(JsonTokens.raw(json)));
                }
            }
            return new Details(known, others == null ? null : others.append('}').toString());
        }
    }
}
