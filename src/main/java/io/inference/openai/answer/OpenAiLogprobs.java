package io.inference.openai.answer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.message.TokenLogprob;
import io.inference.upstream.JsonTokens;
import io.inference.upstream.Logprobs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads a choice's {@code logprobs}: those of a chat, {@code {"content":[…]}}, and those of a completion, which are
 * lists side by side, {@code {"tokens":[…],"token_logprobs":[…],"top_logprobs":[{token: logprob},…]}}.
 */
final class OpenAiLogprobs {
    private final List<String> tokens = new ArrayList<>();
    private final List<Double> logprobs = new ArrayList<>();
    private final List<List<TokenLogprob>> tops = new ArrayList<>();

    private OpenAiLogprobs() {}

    static List<TokenLogprob> read(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return List.of();
        }
        List<TokenLogprob> content = List.of();
        OpenAiLogprobs lists = new OpenAiLogprobs();
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            if (field.equals("content")) {
                content = Logprobs.read(json);
            } else if (json.currentToken() == JsonToken.START_ARRAY) {
                lists.readList(field, json);
            } else {
                json.skipChildren();
            }
        }
        return content.isEmpty() ? lists.join() : content;
    }

    private void readList(String field, JsonParser json) throws IOException {
        while (JsonTokens.nextElement(json)) {
            switch (field) {
                case "tokens" -> tokens.add(json.getText());
                // The first token of an echoed prompt has none.
                case "token_logprobs" -> logprobs.add(json.currentToken().isNumeric() ? json.getDoubleValue() : 0.0);
                case "top_logprobs" -> tops.add(top(json));
                default -> json.skipChildren();
            }
        }
    }

    private static List<TokenLogprob> top(JsonParser json) throws IOException {
        List<TokenLogprob> top = new ArrayList<>();
        if (json.currentToken() == JsonToken.START_OBJECT) {
            for (String token = JsonTokens.nextField(json); token != null; token = JsonTokens.nextField(json)) {
                top.add(token(token, json.getDoubleValue(), List.of()));
            }
        }
        top.sort(Comparator.comparingDouble(TokenLogprob::logprob).reversed());
        return top;
    }

    private List<TokenLogprob> join() {
        List<TokenLogprob> joined = new ArrayList<>(tokens.size());
        for (int i = 0; i < Math.min(tokens.size(), logprobs.size()); i++) {
            joined.add(token(tokens.get(i), logprobs.get(i), i < tops.size() ? tops.get(i) : List.of()));
        }
        return joined;
    }

    private static TokenLogprob token(String token, double logprob, List<TokenLogprob> top) {
        return new TokenLogprob(token, logprob, token.getBytes(StandardCharsets.UTF_8), top);
    }
}
