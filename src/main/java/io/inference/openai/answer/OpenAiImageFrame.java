package io.inference.openai.answer;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.call.Usage;
import io.inference.api.message.Extras;
import io.inference.upstream.JsonTokens;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object of an answer about pictures: a whole answer, or an event.
 *
 * @param partial number of the preview that the object is; null if it is none
 * @param pictures the preview, or complete pictures
 */
record OpenAiImageFrame(
        @Nullable Integer partial,
        List<Picture> pictures,
        @Nullable String model,
        @Nullable Usage usage,
        @Nullable OpenAiError error) {
    /**
     * One picture: its bytes or a link to it.
     *
     * @param revisedPrompt null if there is none
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Picture(
            byte @Nullable [] bytes,
            @Nullable String url,
            @Nullable String revisedPrompt) {}

    private static final Base64Variant BASE64 =
            Base64Variants.MIME_NO_LINEFEEDS.withReadPadding(Base64Variant.PaddingReadBehaviour.PADDING_ALLOWED);

    /** The object that the parser is on. */
    static OpenAiImageFrame read(JsonParser json) throws IOException {
        List<Picture> pictures = new ArrayList<>(1);
        String type = "";
        byte[] bytes = null;
        String url = null;
        String revisedPrompt = null;
        String model = null;
        String message = null;
        Integer index = null;
        Usage usage = null;
        OpenAiError error = null;
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "type" -> type = String.valueOf(JsonTokens.text(json));
                case "b64_json" -> bytes = bytes(json);
                case "url" -> url = JsonTokens.text(json);
                case "revised_prompt" -> revisedPrompt = JsonTokens.text(json);
                case "partial_image_index" -> index = JsonTokens.integer(json);
                case "data" -> readList(json, pictures);
                case "model" -> model = JsonTokens.text(json);
                case "usage" -> usage = usage(json);
                case "error" -> error = json.currentToken() == JsonToken.VALUE_NULL ? null : OpenAiError.read(json);
                // Of an error that is not under "error".
                case "message" -> message = JsonTokens.text(json);
                default -> json.skipChildren();
            }
        }
        add(pictures, bytes, url, revisedPrompt);
        if (error == null && message != null && pictures.isEmpty()) {
            error = new OpenAiError(message, null, null, null);
        }
        boolean isPreview = type.endsWith("partial_image") || type.isEmpty() && index != null;
        Integer partial = isPreview ? index == null ? Integer.valueOf(0) : index : null;
        return new OpenAiImageFrame(partial, pictures, model, usage, error);
    }

    private static void readList(JsonParser json, List<Picture> pictures) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        while (JsonTokens.nextElement(json)) {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                continue;
            }
            byte[] bytes = null;
            String url = null;
            String revisedPrompt = null;
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                switch (field) {
                    case "b64_json" -> bytes = bytes(json);
                    case "url" -> url = JsonTokens.text(json);
                    case "revised_prompt" -> revisedPrompt = JsonTokens.text(json);
                    default -> json.skipChildren();
                }
            }
            add(pictures, bytes, url, revisedPrompt);
        }
    }

    private static void add(
            List<Picture> pictures, byte @Nullable [] bytes, @Nullable String url, @Nullable String revisedPrompt) {
        boolean links = url != null && !url.isEmpty();
        if (bytes != null || links) {
            String prompt = revisedPrompt == null || revisedPrompt.isEmpty() ? null : Json.wellFormed(revisedPrompt);
            pictures.add(new Picture(bytes, links ? url : null, prompt));
        }
    }

    /** Decoded as it is read: the text of a picture would take three times its size. */
    private static byte @Nullable [] bytes(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            json.skipChildren();
            return null;
        }
        byte[] bytes = json.getBinaryValue(BASE64);
        return bytes.length == 0 ? null : bytes;
    }

    /** Tokens of pictures have names of their own; null if there are none. */
    private static @Nullable Usage usage(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return null;
        }
        int input = 0;
        int output = 0;
        Map<String, String> details = new LinkedHashMap<>();
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "input_tokens", "prompt_tokens" -> input = JsonTokens.integer(json);
                case "output_tokens", "completion_tokens" -> output = JsonTokens.integer(json);
                case "input_tokens_details", "output_tokens_details" -> {
                    if (json.currentToken() == JsonToken.START_OBJECT) {
                        details.put(field, Json.wellFormed(JsonTokens.raw(json)));
                    }
                }
                default -> json.skipChildren();
            }
        }
        return input == 0 && output == 0 ? null : new Usage(input, output, 0, 0, Extras.openAi(details));
    }
}
