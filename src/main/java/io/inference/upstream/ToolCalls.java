package io.inference.upstream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.message.Extras;
import io.inference.api.message.ToolCall;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Reads calls of tools, and parts of calls, as sent: {@code {"index","id","function":{"name","arguments"}}}. */
public final class ToolCalls {
    /** The index of a call that has none. */
    public static final int NO_INDEX = -1;

    private int index = NO_INDEX;
    private @Nullable String id;
    private @Nullable String name;
    private String arguments = "";
    private @Nullable Map<String, String> others;

    private ToolCalls() {}

    /**
     * The list, or the one call, that the parser is on; none of anything else, which is passed over.
     *
     * @return calls with {@link #NO_INDEX}, without an id or a name, or with empty arguments, if these are not there
     */
    public static List<ToolCall> read(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.START_OBJECT) {
            return List.of(one(json));
        }
        List<ToolCall> calls = new ArrayList<>(1);
        if (json.currentToken() == JsonToken.START_ARRAY) {
            while (JsonTokens.nextElement(json)) {
                if (json.currentToken() == JsonToken.START_OBJECT) {
                    calls.add(one(json));
                } else {
                    json.skipChildren();
                }
            }
        }
        return calls;
    }

    /** An id for a call that came without one: OpenAI's clients cannot answer a call that has none. */
    public static String newId() {
        return "call_" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    private static ToolCall one(JsonParser json) throws IOException {
        ToolCalls call = new ToolCalls();
        call.readFields(json, false);
        Extras extras = call.others == null ? Extras.NONE : Extras.openAi(call.others);
        return new ToolCall(call.index, call.id, call.name, call.arguments, extras);
    }

    private void readFields(JsonParser json, boolean ofFunction) throws IOException {
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "index" -> index = json.currentToken().isNumeric() ? JsonTokens.integer(json) : index;
                case "id" -> id = textOr(json, id);
                case "name" -> name = textOr(json, name);
                case "arguments" -> arguments = arguments(json);
                case "function" -> {
                    if (json.currentToken() == JsonToken.START_OBJECT) {
                        readFields(json, true);
                    } else {
                        json.skipChildren();
                    }
                }
                case "type" -> json.skipChildren();
                default -> {
                    if (ofFunction || json.currentToken() == JsonToken.VALUE_NULL) {
                        json.skipChildren();
                    } else {
                        others = others == null ? new LinkedHashMap<>() : others;
                        others.put(Json.wellFormed(field), Json.wellFormed(JsonTokens.raw(json)));
                    }
                }
            }
        }
    }

    private static @Nullable String textOr(JsonParser json, @Nullable String before) throws IOException {
        String text = JsonTokens.text(json);
        return text == null || text.isEmpty() ? before : text;
    }

    /** Some servers send the arguments themselves in the place of their text. */
    private static String arguments(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_STRING -> json.getText();
            case VALUE_NULL -> "";
            default -> JsonTokens.raw(json);
        };
    }
}
