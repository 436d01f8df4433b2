package io.inference.ollama;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Extras;
import io.inference.api.message.Tool;
import io.inference.api.message.ToolChoice;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.LoadRequest;
import io.inference.api.request.ResponseFormat;
import io.inference.api.request.Thinking;
import io.inference.upstream.JsonTokens;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Requests in the format of Ollama's native API. */
final class OllamaRequests {
    private OllamaRequests() {}

    /** As for a model that takes a word on how much to reason. */
    static byte[] chat(ChatRequest request, int choice, boolean stream) {
        return chat(request, choice, stream, true);
    }

    /**
     * @param choice index of the answer that the request is for
     * @param takesEffort whether the model takes a word on how much to reason
     */
    static byte[] chat(ChatRequest request, int choice, boolean stream, boolean takesEffort) {
        boolean withTools = !request.tools().isEmpty() && mayCallTools(request.toolChoice());
        return JsonTokens.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("model", request.model());
            json.writeBooleanField("stream", stream);
            OllamaMessages.write(json, request.messages());
            if (withTools) {
                writeTools(json, request.tools());
            }
            writeFormat(json, request.responseFormat());
            writeThink(json, Thinking.of(request), takesEffort);
            OllamaOptions.write(json, request.options(), choice);
            writeHandling(json, request.extras());
            json.writeEndObject();
        });
    }

    /** The model reads the text unchanged: {@code raw} disables Ollama's template. */
    static byte[] generate(GenerateRequest request, String prompt, int choice, boolean stream) {
        if (prompt.isEmpty()) {
            // With an empty prompt Ollama would only load the model.
            throw InferenceException.unsupported("prompt", "the ollama backend needs a prompt that is not empty");
        }
        return JsonTokens.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("model", request.model());
            json.writeStringField("prompt", prompt);
            json.writeBooleanField("raw", true);
            json.writeBooleanField("stream", stream);
            OllamaOptions.write(json, request.options(), choice);
            writeHandling(json, request.extras());
            json.writeEndObject();
        });
    }

    static byte[] embed(EmbedRequest request) {
        return JsonTokens.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("model", request.model());
            json.writeArrayFieldStart("input");
            for (String input : request.inputs()) {
                json.writeString(input);
            }
            json.writeEndArray();
            json.writeBooleanField("truncate", request.truncate());
            JsonTokens.optional(json, "dimensions", request.dimensions());
            writeExtras(json, request.extras());
            json.writeEndObject();
        });
    }

    /** The older operation, the only one that does not scale vectors to length 1. */
    static byte[] embeddings(EmbedRequest request, String prompt) {
        return JsonTokens.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("model", request.model());
            json.writeStringField("prompt", prompt);
            writeExtras(json, request.extras());
            json.writeEndObject();
        });
    }

    /** A chat without messages only loads the model, or unloads it if it is not to be kept. */
    static byte[] load(LoadRequest request) {
        String keepAlive = request.keepAliveJson();
        return JsonTokens.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("model", request.model());
            json.writeArrayFieldStart("messages");
            json.writeEndArray();
            if (keepAlive != null) {
                json.writeFieldName("keep_alive");
                json.writeRawValue(keepAlive);
            }
            json.writeEndObject();
        });
    }

    static byte[] show(String model) {
        return JsonTokens.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("model", model);
            json.writeEndObject();
        });
    }

    private static void writeThink(JsonGenerator json, @Nullable Thinking thinking, boolean takesEffort)
            throws IOException {
        switch (thinking) {
            case null -> {}
            case OFF, ON -> json.writeBooleanField("think", thinking == Thinking.ON);
            case LOW, MEDIUM, HIGH -> {
                if (takesEffort) {
                    json.writeStringField("think", thinking.name().toLowerCase(Locale.ROOT));
                } else {
                    json.writeBooleanField("think", true);
                }
            }
        }
    }

    /** Ollama itself would leave out a part of a text that is too long, and say nothing of it. */
    private static void writeHandling(JsonGenerator json, Extras extras) throws IOException {
        if (extras.of(Extras.Format.OLLAMA).json("truncate") == null) {
            json.writeBooleanField("truncate", false);
        }
        writeExtras(json, extras);
    }

    private static void writeExtras(JsonGenerator json, Extras extras) throws IOException {
        JsonTokens.extras(json, extras.of(Extras.Format.OLLAMA), name -> false);
    }

    private static boolean mayCallTools(@Nullable ToolChoice choice) {
        if (choice == null) {
            return true;
        }
        return switch (choice.mode()) {
            case AUTO -> true;
            case NONE -> false;
            case REQUIRED, FUNCTION ->
                throw InferenceException.unsupported(
                        "tool_choice", "the ollama backend cannot be made to call a function");
        };
    }

    private static void writeTools(JsonGenerator json, List<Tool> tools) throws IOException {
        json.writeArrayFieldStart("tools");
        for (Tool tool : tools) {
            if (Boolean.TRUE.equals(tool.strict())) {
                throw InferenceException.unsupported(
                        "tools", "the ollama backend cannot hold a model to a function's schema (strict)");
            }
            json.writeStartObject();
            json.writeStringField("type", "function");
            json.writeObjectFieldStart("function");
            json.writeStringField("name", tool.name());
            JsonTokens.optional(json, "description", tool.description());
            json.writeFieldName("parameters");
            String parameters = tool.parametersJson();
            JsonTokens.writeValue(
                    json, parameters == null ? "{\"type\":\"object\",\"properties\":{}}" : parameters, "tools");
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeFormat(JsonGenerator json, @Nullable ResponseFormat format) throws IOException {
        switch (format) {
            case null -> {}
            case ResponseFormat.JsonObject ignored -> json.writeStringField("format", "json");
            case ResponseFormat.JsonSchema schema -> {
                json.writeFieldName("format");
                JsonTokens.writeValue(json, schema.schemaJson(), "response_format");
            }
        }
    }
}
