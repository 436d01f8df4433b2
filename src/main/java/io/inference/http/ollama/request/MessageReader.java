package io.inference.http.ollama.request;

import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.Tool;
import io.inference.api.message.ToolCall;
import io.inference.http.json.Base64Text;
import io.inference.http.json.JsonFields;
import java.util.ArrayList;
import java.util.List;

/** Reads messages, with their pictures and calls, and the tools that may be called. */
final class MessageReader {
    private MessageReader() {}

    static List<Message> read(JsonFields body) {
        return body.objects("messages").stream().map(MessageReader::message).toList();
    }

    static List<Image> images(JsonFields fields) {
        List<Image> images = new ArrayList<>(0);
        for (String base64 : fields.texts("images")) {
            if (!Base64Text.isValid(base64)) {
                throw fields.invalid("images", "illegal base64 data in '" + fields.path("images") + "'");
            }
            images.add(new Image.Inline(Base64Text.imageType(base64), base64));
        }
        return images;
    }

    static List<Tool> tools(JsonFields body) {
        List<Tool> tools = new ArrayList<>(0);
        for (JsonFields tool : body.objects("tools")) {
            String type = tool.text("type", "function");
            if (!type.equals("function")) {
                throw tool.unsupported("type", "tools of type '" + type + "' are not supported");
            }
            JsonFields function = tool.requiredObject("function");
            JsonFields parameters = function.object("parameters");
            tools.add(new Tool(
                    function.requiredText("name"),
                    function.text("description"),
                    parameters == null ? null : function.json("parameters"),
                    null));
        }
        return tools;
    }

    private static Message message(JsonFields fields) {
        Role role = role(fields);
        String name = fields.text("tool_name");
        return new Message(
                role,
                fields.text("content", ""),
                fields.text("thinking"),
                images(fields),
                role == Role.ASSISTANT ? toolCalls(fields) : List.of(),
                fields.text("tool_call_id"),
                name == null ? fields.text("name") : name);
    }

    private static Role role(JsonFields fields) {
        String role = fields.requiredText("role");
        return switch (role) {
            case "system" -> Role.SYSTEM;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "tool" -> Role.TOOL;
            default ->
                throw fields.invalid("role", "invalid role: " + role + ", must be one of [system user assistant tool]");
        };
    }

    private static List<ToolCall> toolCalls(JsonFields fields) {
        List<ToolCall> calls = new ArrayList<>(0);
        for (JsonFields call : fields.objects("tool_calls")) {
            JsonFields function = call.requiredObject("function");
            function.object("arguments");
            String arguments = function.json("arguments");
            calls.add(new ToolCall(
                    calls.size(),
                    call.text("id"),
                    function.requiredText("name"),
                    arguments == null ? "{}" : arguments));
        }
        return calls;
    }
}
