package io.inference.openai.answer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.upstream.JsonTokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A server's error, in any of the common forms: {@code {"error":{"message","code","type","param"}}}, the inner object
 * alone, {@code {"error":"message"}}, or the forms of FastAPI, {@code {"detail":"message"}} and
 * {@code {"detail":[{"loc":["body","field"],"msg"}]}}.
 */
record OpenAiError(
        @Nullable String message,
        @Nullable String code,
        @Nullable String type,
        @Nullable String param) {
    /** Reads an error's body; null if it has none of the forms. */
    static @Nullable OpenAiError parse(byte[] body) {
        try (JsonParser json = JsonTokens.parser(body, 0, body.length)) {
            JsonTokens.openObject(json);
            OpenAiError error = read(json);
            return error.message == null ? null : error;
        } catch (IOException e) {
            return null;
        }
    }

    /** Reads the error value at the parser's current token. */
    static OpenAiError read(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return new OpenAiError(json.getText(), null, null, null);
        }
        String message = null;
        String code = null;
        String type = null;
        String param = null;
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return new OpenAiError(null, null, null, null);
        }
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "error" -> {
                    OpenAiError inner = read(json);
                    message = inner.message == null ? message : inner.message;
                    code = inner.code;
                    type = inner.type;
                    param = inner.param;
                }
                case "message" -> message = JsonTokens.text(json);
                case "code" -> code = json.currentToken().isNumeric() ? json.getText() : JsonTokens.text(json);
                case "type", "error_type" -> type = JsonTokens.text(json);
                case "param" -> param = JsonTokens.text(json);
                case "detail" -> {
                    OpenAiError inner = detail(json);
                    message = message == null ? inner.message : message;
                    param = param == null ? inner.param : param;
                }
                default -> json.skipChildren();
            }
        }
        return new OpenAiError(message, code, type, param);
    }

    /** The first fault of a list, or the message itself. */
    private static OpenAiError detail(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            return read(json);
        }
        String message = null;
        String param = null;
        while (JsonTokens.nextElement(json)) {
            if (message != null || json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                continue;
            }
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                switch (field) {
                    case "msg" -> message = JsonTokens.text(json);
                    case "loc" -> param = lastText(json);
                    default -> json.skipChildren();
                }
            }
        }
        return new OpenAiError(message, null, null, param);
    }

    private static @Nullable String lastText(JsonParser json) throws IOException {
        String last = null;
        if (json.currentToken() == JsonToken.START_ARRAY) {
            while (JsonTokens.nextElement(json)) {
                String text = JsonTokens.text(json);
                last = text == null ? last : text;
            }
        }
        return last;
    }

    static OpenAiError ofText(byte[] bytes, int from, int to) {
        return new OpenAiError(new String(bytes, from, to - from, StandardCharsets.UTF_8), null, null, null);
    }

    boolean is(String what) {
        return what.equals(code) || what.equals(type);
    }
}
