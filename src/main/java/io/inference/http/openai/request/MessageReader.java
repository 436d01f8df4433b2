package io.inference.http.openai.request;

import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import io.inference.http.json.JsonFields;
import java.util.ArrayList;
import java.util.List;

/** Reads the messages of a chat. */
final class MessageReader {
    private MessageReader() {}

    /** @param mayBeEmpty whether the chat may follow messages that it does not hold */
    static List<Message> read(JsonFields body, boolean mayBeEmpty) {
        List<JsonFields> messages = body.objects("messages");
        if (messages.isEmpty() && !mayBeEmpty) {
            throw body.invalid("messages", "'messages' must hold at least one message");
        }
        return messages.stream().map(MessageReader::message).toList();
    }

    private static Message message(JsonFields fields) {
        Role role = role(fields);
        List<Image> images = new ArrayList<>(0);
        List<ToolCall> toolCalls = role == Role.ASSISTANT ? toolCalls(fields) : List.of();
        String content = content(fields, role, images);
        if (fields.isEffective("audio")) {
            throw fields.unsupported("audio", "messages that refer to audio are not supported");
        }
        String toolCallId = role == Role.TOOL ? fields.requiredText("tool_call_id") : null;
        return new Message(
                role, content, fields.text("reasoning_content"), images, toolCalls, toolCallId, fields.text("name"));
    }

    private static Role role(JsonFields fields) {
        String role = fields.requiredText("role");
        return switch (role) {
            case "system", "developer" -> Role.SYSTEM;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "tool" -> Role.TOOL;
            case "function" ->
                throw fields.unsupported("role", "the role 'function' is not supported; answer tool calls as 'tool'");
            default ->
                throw fields.invalid(
                        "role",
                        "'" + fields.path("role") + "' must be system, developer, user, assistant or tool, not '" + role
                                + "'");
        };
    }

    private static String content(JsonFields fields, Role role, List<Image> images) {
        if (fields.isArray("content")) {
            return parts(fields, images);
        }
        String content = fields.text("content");
        if (content == null) {
            if (role != Role.ASSISTANT) {
                throw fields.invalid("content", "'" + fields.path("content") + "' is required");
            }
            return fields.text("refusal", "");
        }
        return content;
    }

    /** Joins text parts into one text, a line each, since chat templates accept only one. */
    private static String parts(JsonFields fields, List<Image> images) {
        List<String> texts = new ArrayList<>();
        for (JsonFields part : fields.objects("content")) {
            String type = part.requiredText("type");
            switch (type) {
                case "text" -> texts.add(partText(part, "text"));
                case "refusal" -> texts.add(partText(part, "refusal"));
                case "image_url" -> images.add(ImageReader.read(part));
                default -> throw part.unsupported("type", "content parts of type '" + type + "' are not supported");
            }
        }
        return String.join("\n", texts);
    }

    private static String partText(JsonFields part, String name) {
        String text = part.text(name);
        if (text == null) {
            throw part.invalid(name, "'" + part.path(name) + "' is required");
        }
        return text;
    }

    private static List<ToolCall> toolCalls(JsonFields fields) {
        if (fields.isEffective("function_call")) {
            throw fields.unsupported("function_call", "'function_call' is not supported; use 'tool_calls'");
        }
        List<ToolCall> calls = new ArrayList<>(0);
        for (JsonFields call : fields.objects("tool_calls")) {
            String type = call.text("type", "function");
            if (!type.equals("function")) {
                throw call.unsupported("type", "tool calls of type '" + type + "' are not supported");
            }
            JsonFields function = call.requiredObject("function");
            calls.add(new ToolCall(
                    calls.size(),
                    call.requiredText("id"),
                    function.requiredText("name"),
                    function.text("arguments", "{}")));
        }
        return calls;
    }
}
