package io.inference.http.openai.request;

import io.inference.api.request.ResponseFormat;
import io.inference.api.request.Tool;
import io.inference.api.request.ToolChoice;
import io.inference.http.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the functions that the model may call and the response format of a chat. */
final class ToolReader {
    private ToolReader() {}

    static List<Tool> tools(JsonFields body) {
        List<Tool> tools = new ArrayList<>(0);
        for (JsonFields tool : body.objects("tools")) {
            String type = tool.requiredText("type");
            if (!type.equals("function")) {
                throw tool.unsupported("type", "tools of type '" + type + "' are not supported");
            }
            JsonFields function = tool.requiredObject("function");
            JsonFields parameters = function.object("parameters");
            tools.add(new Tool(
                    function.requiredText("name"),
                    function.text("description"),
                    parameters == null ? null : function.json("parameters"),
                    function.flag("strict")));
        }
        return tools;
    }

    static @Nullable ToolChoice toolChoice(JsonFields body, List<Tool> tools) {
        if (!body.has("tool_choice")) {
            return null;
        }
        ToolChoice choice = body.isText("tool_choice") ? named(body) : function(body, tools);
        boolean forced = choice.mode() == ToolChoice.Mode.REQUIRED || choice.mode() == ToolChoice.Mode.FUNCTION;
        if (forced && tools.isEmpty()) {
            throw body.invalid("tool_choice", "'tool_choice' needs 'tools'");
        }
        return choice;
    }

    static @Nullable ResponseFormat responseFormat(JsonFields body) {
        JsonFields format = body.object("response_format");
        if (format == null) {
            return null;
        }
        String type = format.requiredText("type");
        return switch (type) {
            case "text" -> null;
            case "json_object" -> new ResponseFormat.JsonObject();
            case "json_schema" -> jsonSchema(format.requiredObject("json_schema"));
            default -> throw format.unsupported("type", "response formats of type '" + type + "' are not supported");
        };
    }

    private static ToolChoice named(JsonFields body) {
        String choice = body.text("tool_choice", "");
        return switch (choice) {
            case "none" -> new ToolChoice(ToolChoice.Mode.NONE, null);
            case "auto" -> new ToolChoice(ToolChoice.Mode.AUTO, null);
            case "required" -> new ToolChoice(ToolChoice.Mode.REQUIRED, null);
            default ->
                throw body.invalid(
                        "tool_choice", "'tool_choice' must be none, auto, required or an object that names a function");
        };
    }

    private static ToolChoice function(JsonFields body, List<Tool> tools) {
        JsonFields choice = body.requiredObject("tool_choice");
        String type = choice.requiredText("type");
        if (!type.equals("function")) {
            throw choice.unsupported("type", "tool choices of type '" + type + "' are not supported");
        }
        JsonFields function = choice.requiredObject("function");
        String name = function.requiredText("name");
        if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
            throw function.invalid("name", "'tools' holds no function '" + name + "'");
        }
        return new ToolChoice(ToolChoice.Mode.FUNCTION, name);
    }

    private static ResponseFormat jsonSchema(JsonFields fields) {
        fields.requiredObject("schema");
        String schema = fields.json("schema");
        return new ResponseFormat.JsonSchema(
                fields.text("name"), schema == null ? "{}" : schema, fields.flag("strict"));
    }
}
