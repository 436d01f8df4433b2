package io.inference.grpc.messages;

import io.inference.api.error.InferenceException;
import io.inference.api.message.Tool;
import io.inference.api.message.ToolChoice;
import io.inference.api.request.ResponseFormat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the functions that a model may call and the required format of its answer. */
final class ToolReader {
    private ToolReader() {}

    static List<Tool> tools(List<io.inference.grpc.v1.Tool> from) {
        List<Tool> tools = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            var tool = from.get(i);
            String at = "tools[" + i + "].";
            tools.add(new Tool(
                    Fields.required(at + "name", tool.getName()),
                    tool.hasDescription() ? tool.getDescription() : null,
                    tool.hasParameters() ? Fields.jsonObject(at + "parameters", tool.getParameters()) : null,
                    tool.hasStrict() ? Boolean.valueOf(tool.getStrict()) : null));
        }
        return tools;
    }

    static @Nullable ToolChoice toolChoice(@Nullable String choice, List<Tool> tools) {
        if (choice == null) {
            return null;
        }
        ToolChoice read = switch (choice) {
            case "auto" -> new ToolChoice(ToolChoice.Mode.AUTO, null);
            case "none" -> new ToolChoice(ToolChoice.Mode.NONE, null);
            case "required" -> new ToolChoice(ToolChoice.Mode.REQUIRED, null);
            default -> new ToolChoice(ToolChoice.Mode.FUNCTION, choice);
        };
        boolean forced = read.mode() == ToolChoice.Mode.REQUIRED || read.mode() == ToolChoice.Mode.FUNCTION;
        if (forced && tools.isEmpty()) {
            throw InferenceException.invalid("tool_choice", "'tool_choice' needs 'tools'");
        }
        if (read.mode() == ToolChoice.Mode.FUNCTION
                && tools.stream().noneMatch(tool -> tool.name().equals(choice))) {
            throw InferenceException.invalid(
                    "tool_choice", "'tool_choice' must be auto, none, required or the name of one of 'tools'");
        }
        return read;
    }

    static @Nullable ResponseFormat responseFormat(io.inference.grpc.v1.ResponseFormat from) {
        return switch (Fields.required("response_format.type", from.getType())) {
            case "text" -> null;
            case "json_object" -> new ResponseFormat.JsonObject();
            case "json_schema" ->
                new ResponseFormat.JsonSchema(
                        from.hasName() ? from.getName() : null,
                        Fields.jsonObject(
                                "response_format.schema", Fields.required("response_format.schema", from.getSchema())),
                        from.hasStrict() ? Boolean.valueOf(from.getStrict()) : null);
            default ->
                throw InferenceException.unsupported(
                        "response_format.type", "response formats of that type are not supported");
        };
    }
}
