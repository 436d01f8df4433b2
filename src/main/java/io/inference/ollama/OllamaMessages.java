package io.inference.ollama;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import io.inference.upstream.JsonTokens;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A conversation in Ollama's format. It has no field for the name of an author, but one for the name of a tool. */
final class OllamaMessages {
    private OllamaMessages() {}

    static void write(JsonGenerator json, List<Message> messages) throws IOException {
        json.writeArrayFieldStart("messages");
        for (Message message : messages) {
            json.writeStartObject();
            json.writeStringField("role", message.role().label());
            json.writeStringField("content", message.content());
            JsonTokens.optional(json, "thinking", message.thinking());
            if (!message.images().isEmpty()) {
                writeImages(json, message.images());
            }
            if (!message.toolCalls().isEmpty()) {
                writeToolCalls(json, message.toolCalls());
            }
            if (message.role() == Role.TOOL) {
                JsonTokens.optional(json, "tool_call_id", message.toolCallId());
                JsonTokens.optional(json, "tool_name", toolName(message, messages));
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeImages(JsonGenerator json, List<Image> images) throws IOException {
        json.writeArrayFieldStart("images");
        for (Image image : images) {
            switch (image) {
                case Image.Inline inline -> json.writeString(inline.base64());
                case Image.Remote ignored ->
                    throw InferenceException.unsupported(
                            "image_url", "the ollama backend takes images as data URLs only");
            }
        }
        json.writeEndArray();
    }

    private static void writeToolCalls(JsonGenerator json, List<ToolCall> calls) throws IOException {
        json.writeArrayFieldStart("tool_calls");
        for (ToolCall call : calls) {
            json.writeStartObject();
            JsonTokens.optional(json, "id", call.id());
            json.writeObjectFieldStart("function");
            json.writeNumberField("index", call.index());
            JsonTokens.optional(json, "name", call.name());
            json.writeFieldName("arguments");
            String arguments = call.argumentsJson().isBlank() ? "{}" : call.argumentsJson();
            JsonTokens.writeValue(json, arguments, "tool_calls");
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /**
     * OpenAI's clients name the id of the call that they answer, Ollama needs the function: it is taken from the call.
     */
    private static @Nullable String toolName(Message answer, List<Message> messages) {
        String id = answer.toolCallId();
        if (answer.name() != null || id == null) {
            return answer.name();
        }
        for (Message message : messages) {
            for (ToolCall call : message.toolCalls()) {
                if (id.equals(call.id())) {
                    return call.name();
                }
            }
        }
        return null;
    }
}
