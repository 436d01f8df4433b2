package io.inference.openai.request;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.ToolCall;
import io.inference.upstream.JsonTokens;
import java.io.IOException;
import java.util.List;

/** A conversation in OpenAI's format. */
final class OpenAiMessages {
    private OpenAiMessages() {}

    static void write(JsonGenerator json, List<Message> messages) throws IOException {
        json.writeArrayFieldStart("messages");
        for (Message message : messages) {
            json.writeStartObject();
            json.writeStringField("role", message.role().label());
            writeContent(json, message);
            JsonTokens.optional(json, "reasoning_content", message.thinking());
            JsonTokens.optional(json, "name", message.name());
            JsonTokens.optional(json, "tool_call_id", message.toolCallId());
            if (!message.toolCalls().isEmpty()) {
                writeToolCalls(json, message.toolCalls());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeContent(JsonGenerator json, Message message) throws IOException {
        if (!message.images().isEmpty()) {
            writeParts(json, message);
        } else if (message.content().isEmpty() && !message.toolCalls().isEmpty()) {
            json.writeNullField("content");
        } else {
            json.writeStringField("content", message.content());
        }
    }

    private static void writeParts(JsonGenerator json, Message message) throws IOException {
        json.writeArrayFieldStart("content");
        if (!message.content().isEmpty()) {
            json.writeStartObject();
            json.writeStringField("type", "text");
            json.writeStringField("text", message.content());
            json.writeEndObject();
        }
        for (Image image : message.images()) {
            json.writeStartObject();
            json.writeStringField("type", "image_url");
            json.writeObjectFieldStart("image_url");
            json.writeStringField("url", url(image));
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static String url(Image image) {
        return switch (image) {
            case Image.Inline inline -> "data:" + inline.mediaType() + ";base64," + inline.base64();
            case Image.Remote remote -> remote.url();
        };
    }

    private static void writeToolCalls(JsonGenerator json, List<ToolCall> calls) throws IOException {
        json.writeArrayFieldStart("tool_calls");
        for (ToolCall call : calls) {
            json.writeStartObject();
            JsonTokens.optional(json, "id", call.id());
            json.writeStringField("type", "function");
            json.writeObjectFieldStart("function");
            JsonTokens.optional(json, "name", call.name());
            json.writeStringField("arguments", call.argumentsJson());
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
