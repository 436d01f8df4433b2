package io.inference.http.format;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.message.TokenLogprob;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.List;

/** Tokens and their probabilities, which chats tell alike in OpenAI's format and in Ollama's. */
public final class TokenJson {
    /** What OpenAI gives for a token of no probability, as JSON has no infinity. */
    private static final double NO_PROBABILITY = -9999;

    private TokenJson() {}

    /** Writes a list of tokens, each with the likeliest ones at its place. */
    public static void writeTokens(JsonGenerator out, List<TokenLogprob> tokens) throws IOException {
        out.writeStartArray();
        for (TokenLogprob token : tokens) {
            out.writeStartObject();
            fields(out, token);
            out.writeArrayFieldStart("top_logprobs");
            for (TokenLogprob alternative : token.top()) {
                out.writeStartObject();
                fields(out, alternative);
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    /** The logprob as JSON can hold it. */
    public static double finite(double logprob) {
        return Double.isFinite(logprob) ? logprob : NO_PROBABILITY;
    }

    private static void fields(JsonGenerator out, TokenLogprob token) throws IOException {
        out.writeStringField("token", Json.wellFormed(token.token()));
        out.writeNumberField("logprob", finite(token.logprob()));
        out.writeArrayFieldStart("bytes");
        for (byte b : token.bytes()) {
            out.writeNumber(b & 0xFF);
        }
        out.writeEndArray();
    }
}
