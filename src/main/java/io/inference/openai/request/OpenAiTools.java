package io.inference.openai.request;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.message.Tool;
import io.inference.api.message.ToolChoice;
import io.inference.api.request.ResponseFormat;
import io.inference.upstream.JsonTokens;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Functions that a model may call, and the required format of its answer, in OpenAI's format. */
final class OpenAiTools {
    private OpenAiTools() {}

    static void write(JsonGenerator json, List<Tool> tools) throws IOException {
        if (!tools.isEmpty()) {
            json.writeArrayFieldStart("tools");
            for (Tool tool : tools) {
                writeTool(json, tool);
            }
            json.writeEndArray();
        }
    }

    private static void writeTool(JsonGenerator json, Tool tool) throws IOException {
        String whole = tool.json();
        if (whole != null) {
            json.writeRawValue(whole);
            return;
        }
        json.writeStartObject();
        json.writeStringField("type", "function");
        json.writeObjectFieldStart("function");
        json.writeStringField("name", tool.name());
        JsonTokens.optional(json, "description", tool.description());
        String parameters = tool.parametersJson();
        if (parameters != null) {
            json.writeFieldName("parameters");
            JsonTokens.writeValue(json, parameters, "tools");
        }
        JsonTokens.optional(json, "strict", tool.strict());
        json.writeEndObject();
        json.writeEndObject();
    }

    /** @param other a choice that is not modelled, as JSON text */
    static void writeChoice(JsonGenerator json, @Nullable ToolChoice choice, @Nullable String other)
            throws IOException {
        if (choice == null) {
            writeRaw(json, "tool_choice", other);
            return;
        }
        if (choice.mode() != ToolChoice.Mode.FUNCTION) {
            json.writeStringField("tool_choice", choice.mode().name().toLowerCase(Locale.ROOT));
            return;
        }
        json.writeObjectFieldStart("tool_choice");
        json.writeStringField("type", "function");
        json.writeObjectFieldStart("function");
        json.writeStringField("name", choice.function());
        json.writeEndObject();
        json.writeEndObject();
    }

    /** @param other the format with all that is said of it, as JSON text; null if that is modelled */
    static void writeFormat(JsonGenerator json, @Nullable ResponseFormat format, @Nullable String other)
            throws IOException {
        if (format == null || other != null) {
            writeRaw(json, "response_format", other);
            return;
        }
        json.writeObjectFieldStart("response_format");
        switch (format) {
            case ResponseFormat.JsonObject ignored -> json.writeStringField("type", "json_object");
            case ResponseFormat.JsonSchema schema -> {
                json.writeStringField("type", "json_schema");
                json.writeObjectFieldStart("json_schema");
                json.writeStringField("name", schema.name() == null ? "answer" : schema.name());
                json.writeFieldName("schema");
                JsonTokens.writeValue(json, schema.schemaJson(), "response_format");
                JsonTokens.optional(json, "strict", schema.strict());
                json.writeEndObject();
            }
        }
        json.writeEndObject();
    }

    private static void writeRaw(JsonGenerator json, String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeFieldName(name);
            json.writeRawValue(value);
        }
    }
}
