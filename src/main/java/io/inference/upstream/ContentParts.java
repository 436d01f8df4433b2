package io.inference.upstream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The content of a message: a text, or a list of parts, of which texts and thoughts are kept and the rest is skipped.
 *
 * @param text empty if there is none
 * @param thinking empty if there is none
 */
public record ContentParts(String text, String thinking) {
    private static final ContentParts NONE = new ContentParts("", "");

    /** The value that the parser is on. */
    public static ContentParts read(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_STRING -> new ContentParts(json.getText(), "");
            case START_OBJECT -> part(json);
            case START_ARRAY -> {
                StringBuilder text = new StringBuilder();
                StringBuilder thinking = new StringBuilder();
                while (JsonTokens.nextElement(json)) {
                    ContentParts part = read(json);
                    text.append(part.text);
                    thinking.append(part.thinking);
                }
                yield new ContentParts(text.toString(), thinking.toString());
            }
            default -> NONE;
        };
    }

    /** All of it, for a field that holds thoughts alone. */
    public static String readThinking(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        ContentParts parts = read(json);
        return parts.thinking + parts.text;
    }

    /** Its type, which decides, may come last. */
    private static ContentParts part(JsonParser json) throws IOException {
        String type = null;
        String text = "";
        String thinking = "";
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "type" -> type = JsonTokens.text(json);
                case "text", "content", "refusal" -> text = textOf(json, text);
                case "thinking", "reasoning", "summary" -> thinking = textOf(json, thinking);
                default -> json.skipChildren();
            }
        }
        return of(type, text, thinking);
    }

    private static ContentParts of(@Nullable String type, String text, String thinking) {
        return switch (type) {
            case "text", "output_text", "refusal" -> new ContentParts(text, thinking);
            case "thinking", "reasoning", "reasoning_text", "summary_text" -> new ContentParts("", thinking + text);
            case null -> new ContentParts(text, thinking);
            default -> NONE;
        };
    }

    private static String textOf(JsonParser json, String before) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return before;
        }
        ContentParts parts = read(json);
        return parts.thinking + parts.text;
    }
}
