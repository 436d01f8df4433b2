package io.inference.openai.answer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.call.Usage;
import io.inference.api.message.AnswerExtras;
import io.inference.api.message.Extras;
import io.inference.api.message.FinishReason;
import io.inference.api.message.TokenLogprob;
import io.inference.api.message.ToolCall;
import io.inference.api.stream.Chunk;
import io.inference.upstream.ContentParts;
import io.inference.upstream.JsonTokens;
import io.inference.upstream.ToolCalls;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One choice while it is read: {@code message} of a whole answer and {@code delta} of a chunk have the same fields. */
final class OpenAiChoice {
    private int index;
    private String text = "";
    private @Nullable String thinking;
    private @Nullable String thinkingParts;
    private List<ToolCall> toolCalls = List.of();
    private List<TokenLogprob> logprobs = List.of();
    private @Nullable FinishReason finishReason;
    private @Nullable Usage usage;
    private @Nullable UnknownFields others;
    private @Nullable UnknownFields messageOthers;

    /** @param place the choice's place in its list, which is its index if none is given */
    OpenAiChoice(int place) {
        this.index = place;
    }

    /** @return the choice, with calls of tools as they were sent, and with the usage that some servers put there */
    Chunk read(JsonParser json) throws IOException {
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "index" ->
                    index = json.currentToken() == JsonToken.VALUE_NULL ? index : Math.max(0, JsonTokens.integer(json));
                case "message", "delta" -> readMessage(json);
                case "text" -> addText(JsonTokens.text(json));
                case "logprobs" -> logprobs = OpenAiLogprobs.read(json);
                case "finish_reason" -> finishReason = finishReason(JsonTokens.text(json));
                case "usage" -> usage = OpenAiFrameParser.usage(json);
                default -> others = keep(others, field, json);
            }
        }
        return new Chunk(
                index,
                text,
                thinking == null ? thinkingParts : thinking,
                toolCalls,
                logprobs,
                finishReason,
                usage,
                extras());
    }

    private @Nullable AnswerExtras extras() {
        return others == null && messageOthers == null
                ? null
                : new AnswerExtras(
                        Extras.NONE,
                        others == null ? Extras.NONE : others.changes(),
                        messageOthers == null ? Extras.NONE : messageOthers.changes());
    }

    private static @Nullable UnknownFields keep(@Nullable UnknownFields kept, String field, JsonParser json)
            throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return kept;
        }
        UnknownFields fields = kept == null ? new UnknownFields() : kept;
        fields.take(field, json);
        return fields;
    }

    private void readMessage(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                // A refusal takes the place of the answer.
                case "content", "refusal" -> readContent(json);
                case "reasoning_content", "reasoning", "thinking" -> addThinking(ContentParts.readThinking(json));
                case "tool_calls" -> addToolCalls(ToolCalls.read(json));
                // The older name, from the time of one call an answer.
                case "function_call" -> addToolCalls(ToolCalls.read(json));
                case "role" -> json.skipChildren();
                default -> messageOthers = keep(messageOthers, field, json);
            }
        }
    }

    private void readContent(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            addText(json.getText());
            return;
        }
        ContentParts parts = ContentParts.read(json);
        addText(parts.text());
        if (!parts.thinking().isEmpty()) {
            thinkingParts = parts.thinking();
        }
    }

    private void addText(@Nullable String more) {
        if (more != null && !more.isEmpty()) {
            text = text.isEmpty() ? more : text + more;
        }
    }

    /** Servers with both names send the same text under each. */
    private void addThinking(String thought) {
        if (!thought.isEmpty()) {
            thinking = thought;
        }
    }

    private void addToolCalls(List<ToolCall> calls) {
        if (!calls.isEmpty()) {
            toolCalls = calls;
        }
    }

    private static @Nullable FinishReason finishReason(@Nullable String reason) {
        if (reason == null || reason.isBlank()) {
            return null;
        }
        return switch (reason.toLowerCase(Locale.ROOT)) {
            case "null", "none" -> null;
            case "length", "max_tokens", "max_length", "model_length" -> FinishReason.LENGTH;
            case "tool_calls", "tool_call", "tool_use", "function_call" -> FinishReason.TOOL_CALLS;
            case "content_filter", "safety" -> FinishReason.CONTENT_FILTER;
            // Servers have additional finish reasons of their own, such as eos_token.
            default -> FinishReason.STOP;
        };
    }
}
