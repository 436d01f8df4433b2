package io.inference.http.format;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.message.TokenLogprob;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.List;

/** Tokens and their probabilities, which have the same form in OpenAI's and Ollama's chats. */
public final class TokenJson {
    /** OpenAI's value for a token of probability 0, since JSON has no infinity. */
    private static final double NO_PROBABILITY = -9999;

    private TokenJson() {}

    /** Writes a list of tokens, each with the most likely alternatives at its position. */
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

    /** The logprob as a finite number, for JSON. */
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
