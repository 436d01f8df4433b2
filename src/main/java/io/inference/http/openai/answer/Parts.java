package io.inference.http.openai.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.call.Usage;
import io.inference.api.message.Extras;
import io.inference.api.message.TokenLogprob;
import io.inference.api.message.ToolCall;
import io.inference.http.format.TokenJson;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parts common to whole and streamed answers. */
final class Parts {
    private Parts() {}

    static void usage(JsonGenerator out, Usage usage) throws IOException {
        out.writeStartObject();
        out.writeNumberField("prompt_tokens", usage.promptTokens());
        out.writeNumberField("completion_tokens", usage.completionTokens());
        out.writeNumberField("total_tokens", usage.promptTokens() + usage.completionTokens());
        Extras extras = usage.extras();
        details(out, Usage.PROMPT_DETAILS, "cached_tokens", usage.cachedTokens(), extras);
        if (usage.reasoningTokens() > 0 || extras.json(Usage.COMPLETION_DETAILS) != null) {
            details(out, Usage.COMPLETION_DETAILS, "reasoning_tokens", usage.reasoningTokens(), extras);
        }
        for (Map.Entry<String, String> field : extras.fields().entrySet()) {
            if (!field.getKey().equals(Usage.PROMPT_DETAILS) && !field.getKey().equals(Usage.COMPLETION_DETAILS)) {
                out.writeFieldName(field.getKey());
                out.writeRawValue(field.getValue());
            }
        }
        out.writeEndObject();
    }

    /** An object of one number and of the fields that are not modelled. */
    private static void details(JsonGenerator out, String name, String ofNumber, int number, Extras extras)
            throws IOException {
        String others = extras.json(name);
        String ours = "{\"" + ofNumber + "\":" + number;
        out.writeFieldName(name);
        out.writeRawValue(others == null ? ours + "}" : ours + "," + others.substring(1));
    }

    /** Fields that the backend sent and that are not modelled. */
    static void extras(JsonGenerator out, Extras extras) throws IOException {
        if (extras.isEmpty()) {
            return;
        }
        for (Map.Entry<String, String> field :
                extras.of(Extras.Format.OPENAI).fields().entrySet()) {
            out.writeFieldName(field.getKey());
            out.writeRawValue(field.getValue());
        }
    }

    /** @param streamed whether each part of a call has the call's index */
    static void toolCalls(JsonGenerator out, List<ToolCall> calls, boolean streamed) throws IOException {
        out.writeArrayFieldStart("tool_calls");
        for (ToolCall call : calls) {
            out.writeStartObject();
            if (streamed) {
                out.writeNumberField("index", call.index());
            }
            text(out, "id", call.id());
            if (call.id() != null || !streamed) {
                out.writeStringField("type", "function");
            }
            out.writeObjectFieldStart("function");
            text(out, "name", call.name());
            text(out, "arguments", call.argumentsJson());
            out.writeEndObject();
            extras(out, call.extras());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    static void chatLogprobs(JsonGenerator out, List<TokenLogprob> tokens) throws IOException {
        out.writeObjectFieldStart("logprobs");
        out.writeFieldName("content");
        TokenJson.writeTokens(out, tokens);
        out.writeNullField("refusal");
        out.writeEndObject();
    }

    /** Writes nothing for null. */
    static void text(JsonGenerator out, String name, @Nullable String text) throws IOException {
        if (text != null) {
            out.writeStringField(name, Json.wellFormed(text));
        }
    }
}
