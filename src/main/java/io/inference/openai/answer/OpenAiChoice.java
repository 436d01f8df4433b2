package io.inference.openai.answer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.message.FinishReason;
import io.inference.api.message.TokenLogprob;
import io.inference.api.message.ToolCall;
import io.inference.api.stream.Chunk;
import io.inference.upstream.JsonTokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One choice while it is read: {@code message} of a whole answer and {@code delta} of a chunk have the same fields. */
final class OpenAiChoice {
    private int index;
    private String text = "";
    private @Nullable String thinking;
    private List<ToolCall> toolCalls = List.of();
    private List<TokenLogprob> logprobs = List.of();
    private @Nullable FinishReason finishReason;

    Chunk read(JsonParser json) throws IOException {
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "index" -> index = JsonTokens.integer(json);
                case "message", "delta" -> readMessage(json);
                case "text" -> addText(JsonTokens.text(json));
                case "logprobs" -> logprobs = OpenAiLogprobs.read(json);
                case "finish_reason" -> finishReason = finishReason(JsonTokens.text(json));
                default -> json.skipChildren();
            }
        }
        return new Chunk(index, text, thinking, toolCalls, logprobs, finishReason, null);
    }

    private void readMessage(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                // A refusal takes the place of the answer.
                case "content", "refusal" -> addText(JsonTokens.text(json));
                case "reasoning_content", "reasoning" -> addThinking(JsonTokens.text(json));
                case "tool_calls" -> readToolCalls(json);
                default -> json.skipChildren();
            }
        }
    }

    private void addText(@Nullable String more) {
        if (more != null && !more.isEmpty()) {
            text = text.isEmpty() ? more : text + more;
        }
    }

    /** Servers with both names send the same text under each. */
    private void addThinking(@Nullable String thought) {
        if (thought != null && !thought.isEmpty()) {
            thinking = thought;
        }
    }

    private void readToolCalls(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        toolCalls = new ArrayList<>(1);
        while (JsonTokens.nextElement(json)) {
            toolCalls.add(readToolCall(json, toolCalls.size()));
        }
    }

    /** @param place the call's position in its list, used as its index if none is given */
    private static ToolCall readToolCall(JsonParser json, int place) throws IOException {
        int index = place;
        String id = null;
        Function function = Function.NONE;
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "index" -> index = JsonTokens.integer(json);
                case "id" -> id = JsonTokens.text(json);
                case "function" -> function = Function.read(json);
                default -> json.skipChildren();
            }
        }
        return new ToolCall(index, id, function.name, function.arguments);
    }

    /** The function of a call. */
    private record Function(@Nullable String name, String arguments) {
        static final Function NONE = new Function(null, "");

        static Function read(JsonParser json) throws IOException {
            String name = null;
            String arguments = null;
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                switch (field) {
                    case "name" -> name = JsonTokens.text(json);
                    case "arguments" -> arguments = JsonTokens.text(json);
                    default -> json.skipChildren();
                }
            }
            return new Function(name, arguments == null ? "" : arguments);
        }
    }

    private static @Nullable FinishReason finishReason(@Nullable String reason) {
        return switch (reason) {
            case null -> null;
            case "length" -> FinishReason.LENGTH;
            case "tool_calls", "function_call" -> FinishReason.TOOL_CALLS;
            case "content_filter" -> FinishReason.CONTENT_FILTER;
            // Servers have additional finish reasons of their own, such as eos_token.
            default -> FinishReason.STOP;
        };
    }
}
