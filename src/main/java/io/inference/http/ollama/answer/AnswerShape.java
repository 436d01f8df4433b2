package io.inference.http.ollama.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.message.ToolCall;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where an answer has its text: the only difference between chat and generate. */
public enum AnswerShape {
    CHAT {
        @Override
        void writeTo(JsonGenerator out, String text, @Nullable String thinking, List<ToolCall> calls)
                throws IOException {
            out.writeObjectFieldStart("message");
            out.writeStringField("role", "assistant");
            fields(out, "content", text, thinking, calls);
            out.writeEndObject();
        }
    },
    GENERATE {
        @Override
        void writeTo(JsonGenerator out, String text, @Nullable String thinking, List<ToolCall> calls)
                throws IOException {
            fields(out, "response", text, thinking, calls);
        }
    };

    abstract void writeTo(JsonGenerator out, String text, @Nullable String thinking, List<ToolCall> calls)
            throws IOException;

    private static void fields(
            JsonGenerator out, String name, String text, @Nullable String thinking, List<ToolCall> calls)
            throws IOException {
        out.writeStringField(name, Json.wellFormed(text));
        if (thinking != null) {
            out.writeStringField("thinking", Json.wellFormed(thinking));
        }
        if (!calls.isEmpty()) {
            out.writeArrayFieldStart("tool_calls");
            for (ToolCall call : calls) {
                toolCall(out, call);
            }
            out.writeEndArray();
        }
    }

    private static void toolCall(JsonGenerator out, ToolCall call) throws IOException {
        out.writeStartObject();
        if (call.id() != null) {
            out.writeStringField("id", Json.wellFormed(call.id()));
        }
        out.writeObjectFieldStart("function");
        out.writeNumberField("index", call.index());
        out.writeStringField("name", call.name() == null ? "" : Json.wellFormed(call.name()));
        out.writeFieldName("arguments");
        if (call.argumentsJson().isBlank()) {
            out.writeStartObject();
            out.writeEndObject();
        } else {
            Json.writeText(out, call.argumentsJson());
        }
        out.writeEndObject();
        out.writeEndObject();
    }
}
