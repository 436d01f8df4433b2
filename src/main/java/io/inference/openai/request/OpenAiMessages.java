package io.inference.openai.request;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.message.ContentPart;
import io.inference.api.message.Extras;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.ToolCall;
import io.inference.upstream.JsonTokens;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** A conversation in OpenAI's format. */
final class OpenAiMessages {
    private static final Set<String> WRITTEN =
            Set.of("content", "reasoning_content", "name", "tool_calls", "tool_call_id");

    private static final Set<String> OF_CALLS = Set.of("id", "type", "function");

    private OpenAiMessages() {}

    static void write(JsonGenerator json, List<Message> messages) throws IOException {
        json.writeArrayFieldStart("messages");
        for (Message message : messages) {
            json.writeStartObject();
            Extras extras = message.extras().of(Extras.Format.OPENAI);
            if (extras.json("role") == null) {
                json.writeStringField("role", message.role().label());
            }
            writeContent(json, message);
            JsonTokens.optional(json, "reasoning_content", message.thinking());
            JsonTokens.optional(json, "name", message.name());
            JsonTokens.optional(json, "tool_call_id", message.toolCallId());
            if (!message.toolCalls().isEmpty()) {
                writeToolCalls(json, message.toolCalls());
            }
            JsonTokens.extras(json, extras, WRITTEN::contains);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeContent(JsonGenerator json, Message message) throws IOException {
        if (!message.parts().isEmpty()) {
            json.writeArrayFieldStart("content");
            for (ContentPart part : message.parts()) {
                writePart(json, part);
            }
            json.writeEndArray();
        } else if (!message.images().isEmpty()) {
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
            writePart(json, new ContentPart.Text(message.content(), Extras.NONE));
        }
        for (Image image : message.images()) {
            writePart(json, new ContentPart.Picture(image, Extras.NONE, Extras.NONE));
        }
        json.writeEndArray();
    }

    private static void writePart(JsonGenerator json, ContentPart part) throws IOException {
        switch (part) {
            case ContentPart.Text text -> {
                json.writeStartObject();
                boolean typed = text.extras().json("type") != null;
                if (!typed) {
                    json.writeStringField("type", "text");
                    json.writeStringField("text", text.text());
                }
                JsonTokens.extras(json, text.extras(), name -> false);
                json.writeEndObject();
            }
            case ContentPart.Picture picture -> {
                json.writeStartObject();
                json.writeStringField("type", "image_url");
                json.writeObjectFieldStart("image_url");
                json.writeStringField("url", url(picture.image()));
                JsonTokens.extras(json, picture.urlExtras(), name -> false);
                json.writeEndObject();
                JsonTokens.extras(json, picture.extras(), name -> false);
                json.writeEndObject();
            }
            case ContentPart.Other other -> json.writeRawValue(other.json());
        }
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
            JsonTokens.extras(json, call.extras().of(Extras.Format.OPENAI), OF_CALLS::contains);
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
