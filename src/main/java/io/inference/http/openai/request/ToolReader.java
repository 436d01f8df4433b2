package io.inference.http.openai.request;

import io.inference.api.message.Tool;
import io.inference.api.message.ToolChoice;
import io.inference.api.request.ResponseFormat;
import io.inference.http.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the functions that the model may call and the response format of a chat. */
final class ToolReader {
    private static final String FUNCTION = "function";
    private static final Set<String> OF_TOOL = Set.of("type", FUNCTION);
    private static final Set<String> OF_FUNCTION = Set.of("name", "description", "parameters", "strict");
    private static final Set<String> OF_SCHEMA = Set.of("name", "schema", "strict");

    private ToolReader() {}

    static List<Tool> tools(JsonFields body) {
        List<Tool> tools = new ArrayList<>(0);
        for (JsonFields tool : body.objects("tools")) {
            String type = tool.requiredText("type");
            tools.add(type.equals(FUNCTION) ? function(tool) : Tool.other(type, tool.json()));
        }
        return tools;
    }

    private static Tool function(JsonFields tool) {
        JsonFields function = tool.requiredObject(FUNCTION);
        JsonFields parameters = function.object("parameters");
        boolean saysMore =
                !tool.except(OF_TOOL).isEmpty() || !function.except(OF_FUNCTION).isEmpty();
        return new Tool(
                function.requiredText("name"),
                function.text("description"),
                parameters == null ? null : function.json("parameters"),
                function.flag("strict"),
                true,
                saysMore ? tool.json() : null);
    }

    /** Null also for a choice of a type that only its backend knows. */
    static @Nullable ToolChoice toolChoice(JsonFields body, List<Tool> tools) {
        if (!body.has("tool_choice")) {
            return null;
        }
        ToolChoice choice = body.isText("tool_choice") ? named(body) : function(body, tools);
        if (choice == null) {
            return null;
        }
        boolean forced = choice.mode() == ToolChoice.Mode.REQUIRED || choice.mode() == ToolChoice.Mode.FUNCTION;
        if (forced && tools.isEmpty()) {
            throw body.invalid("tool_choice", "'tool_choice' needs 'tools'");
        }
        return choice;
    }

    /** Whether the format says more than {@link #responseFormat} reads. */
    static boolean saysMore(JsonFields body) {
        JsonFields format = body.object("response_format");
        if (format == null) {
            return false;
        }
        return switch (format.requiredText("type")) {
            case "text" -> false;
            case "json_object" -> !format.except(Set.of("type")).isEmpty();
            case "json_schema" ->
                !format.except(Set.of("type", "json_schema")).isEmpty()
                        || !format.requiredObject("json_schema")
                                .except(OF_SCHEMA)
                                .isEmpty();
            default -> true;
        };
    }

    /** Null also for a format of a type that only its backend knows. */
    static @Nullable ResponseFormat responseFormat(JsonFields body) {
        JsonFields format = body.object("response_format");
        if (format == null) {
            return null;
        }
        String type = format.requiredText("type");
        return switch (type) {
            case "json_object" -> new ResponseFormat.JsonObject();
            case "json_schema" -> jsonSchema(format.requiredObject("json_schema"));
            default -> null;
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

    private static @Nullable ToolChoice function(JsonFields body, List<Tool> tools) {
        JsonFields choice = body.requiredObject("tool_choice");
        String type = choice.requiredText("type");
        if (!type.equals(FUNCTION)) {
            return null;
        }
        JsonFields function = choice.requiredObject(FUNCTION);
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
