package io.inference.http.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.TokenLogprob;
import io.inference.api.ToolCall;
import io.inference.api.Usage;
import io.inference.http.json.Json;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts that whole and streamed answers have in common. */
final class Parts {
    /** What OpenAI gives for a token of no probability, as JSON has no infinity. */
    private static final double NO_PROBABILITY = -9999;

    private Parts() {}

    static void usage(JsonGenerator out, Usage usage) throws IOException {
        out.writeStartObject();
        out.writeNumberField("prompt_tokens", usage.promptTokens());
        out.writeNumberField("completion_tokens", usage.completionTokens());
        out.writeNumberField("total_tokens", usage.promptTokens() + usage.completionTokens());
        out.writeObjectFieldStart("prompt_tokens_details");
        out.writeNumberField("cached_tokens", usage.cachedTokens());
        out.writeEndObject();
        out.writeEndObject();
    }

    /** @param streamed whether each call says which one it belongs to */
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
        out.writeArrayFieldStart("content");
        for (TokenLogprob token : tokens) {
            out.writeStartObject();
            tokenFields(out, token);
            out.writeArrayFieldStart("top_logprobs");
            for (TokenLogprob alternative : token.top()) {
                out.writeStartObject();
                tokenFields(out, alternative);
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeNullField("refusal");
        out.writeEndObject();
    }

    static double finite(double logprob) {
        return Double.isFinite(logprob) ? logprob : NO_PROBABILITY;
    }

    /** Writes nothing for null. */
    static void text(JsonGenerator out, String name, @Nullable String text) throws IOException {
        if (text != null) {
            out.writeStringField(name, Json.wellFormed(text));
        }
    }

    private static void tokenFields(JsonGenerator out, TokenLogprob token) throws IOException {
        text(out, "token", token.token());
        out.writeNumberField("logprob", finite(token.logprob()));
        out.writeArrayFieldStart("bytes");
        for (byte b : token.bytes()) {
            out.writeNumber(b & 0xFF);
        }
        out.writeEndArray();
    }
}
