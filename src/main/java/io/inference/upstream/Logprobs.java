package io.inference.upstream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.message.TokenLogprob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code [{"token","logprob","bytes","top_logprobs":[…]},…]}, which OpenAI's and Ollama's protocols share. */
public final class Logprobs {
    private Logprobs() {}

    /** The array at the parser's current token; empty for any other value, which is skipped. */
    public static List<TokenLogprob> read(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return List.of();
        }
        List<TokenLogprob> tokens = new ArrayList<>();
        while (JsonTokens.nextElement(json)) {
            tokens.add(one(json));
        }
        return tokens;
    }

    private static TokenLogprob one(JsonParser json) throws IOException {
        String token = "";
        double logprob = 0;
        byte[] bytes = null;
        List<TokenLogprob> top = List.of();
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "token" -> token = json.getText();
                case "logprob" -> logprob = json.getDoubleValue();
                case "bytes" -> bytes = json.currentToken() == JsonToken.START_ARRAY ? bytes(json) : null;
                case "top_logprobs" -> top = read(json);
                default -> json.skipChildren();
            }
        }
        return new TokenLogprob(token, logprob, bytes == null ? token.getBytes(StandardCharsets.UTF_8) : bytes, top);
    }

    private static byte[] bytes(JsonParser json) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (JsonTokens.nextElement(json)) {
            bytes.write(json.getIntValue());
        }
        return bytes.toByteArray();
    }
}
