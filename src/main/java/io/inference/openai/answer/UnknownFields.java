package io.inference.openai.answer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.message.Extras;
import io.inference.upstream.JsonTokens;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps fields that this service does not model. Fields that hold null are passed over. Objects of a stream repeat
 * fields of the whole answer, so a value that is known already costs only its comparison.
 */
final class UnknownFields {
    private @Nullable Map<String, Value> values;
    private boolean changed;

    /**
     * A value.
     *
     * @param text of a string, to compare it; otherwise null
     */
    private record Value(@Nullable String text, String json) {}

    /** Reads the value that the parser is on. */
    void take(String name, JsonParser json) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return;
        }
        Value before = values == null ? null : values.get(name);
        if (token == JsonToken.VALUE_STRING) {
            if (before != null && before.text != null && isSame(before.text, json)) {
                return;
            }
            put(name, new Value(json.getText(), Json.wellFormed(JsonTokens.raw(json))));
            return;
        }
        String raw = Json.wellFormed(JsonTokens.raw(json));
        if (before == null || !before.json.equals(raw)) {
            put(name, new Value(null, raw));
        }
    }

    /** All fields so far, if one has changed since the last call; otherwise none. */
    Extras changes() {
        if (!changed || values == null) {
            return Extras.NONE;
        }
        changed = false;
        Map<String, String> fields = new LinkedHashMap<>();
        values.forEach((name, value) -> fields.put(name, value.json));
        return Extras.openAi(fields);
    }

    private void put(String name, Value value) {
        if (values == null) {
            values = new LinkedHashMap<>(4);
        }
        values.put(Json.wellFormed(name), value);
        changed = true;
    }

    private static boolean isSame(String text, JsonParser json) throws IOException {
        int length = json.getTextLength();
        if (length != text.length()) {
            return false;
        }
        char[] chars = json.getTextCharacters();
        int offset = json.getTextOffset();
        for (int i = 0; i < length; i++) {
            if (chars[offset + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
