package io.inference.http.openai.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.call.Usage;
import io.inference.api.message.TokenLogprob;
import io.inference.api.message.ToolCall;
import io.inference.http.format.TokenJson;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parts common to whole and streamed answers. */
final class Parts {
    private Parts() {}

    static void usage(JsonGenerator out, Usage usage) throws IOException {
        out.writeStartObject();
        out.writeNumberField("prompt_tokens", usage.promptTokens());
        out.writeNumberField("completion_tokens", usage.completionTokens());
        out.writeNumberField("total_tokens", usage.promptTokens() + usage.completionTokens());
        out.writeObjectFieldStart("prompt_tokens_details");
        out.writeNumberField("cached_tokens", usage.cachedTokens());
        out.writeEndObject();
        if (usage.reasoningTokens() > 0) {
            out.writeObjectFieldStart("completion_tokens_details");
            out.writeNumberField("reasoning_tokens", usage.reasoningTokens());
            out.writeEndObject();
        }
        out.writeEndObject();
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
