package io.inference.ollama;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.call.Usage;
import io.inference.api.message.FinishReason;
import io.inference.api.message.TokenLogprob;
import io.inference.api.message.ToolCall;
import io.inference.api.stream.Chunk;
import io.inference.upstream.ContentParts;
import io.inference.upstream.JsonTokens;
import io.inference.upstream.Logprobs;
import io.inference.upstream.ToolCalls;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the objects of one answer of {@code /api/chat} or {@code /api/generate}: many in a stream, otherwise a single
 * one. Keeps state of the whole answer: its model, and the number of tool calls.
 */
final class OllamaAnswerParser {
    private @Nullable String model;
    private int toolCallCount;

    private String text = "";
    private @Nullable String thinking;
    private List<ToolCall> toolCalls = List.of();
    private List<TokenLogprob> logprobs = List.of();
    private boolean done;
    private @Nullable String doneReason;
    private @Nullable String error;
    private int promptTokens;
    private int completionTokens;

    /** The model that answers, once an object has named it; otherwise the given one. */
    String model(String asked) {
        return model == null ? asked : model;
    }

    /** Error of Ollama in place of a chunk. */
    @Nullable
    String error() {
        return error;
    }

    /** Reads one object. The chunk has a finish reason and the usage when the answer is complete with it. */
    Chunk parse(byte[] bytes, int from, int to) throws IOException {
        text = "";
        thinking = null;
        toolCalls = List.of();
        logprobs = List.of();
        done = false;
        try (JsonParser json = JsonTokens.parser(bytes, from, to)) {
            JsonTokens.openObject(json);
            readAnswer(json);
        }
        if (!done) {
            return new Chunk(0, text, thinking, toolCalls, logprobs, null, null);
        }
        Usage usage = new Usage(promptTokens, completionTokens, 0);
        return new Chunk(0, text, thinking, toolCalls, logprobs, finishReason(), usage);
    }

    private FinishReason finishReason() {
        if ("length".equals(doneReason)) {
            return FinishReason.LENGTH;
        }
        return toolCallCount > 0 ? FinishReason.TOOL_CALLS : FinishReason.STOP;
    }

    private void readAnswer(JsonParser json) throws IOException {
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "model" -> model = model == null ? JsonTokens.text(json) : model;
                case "message" -> readMessage(json);
                case "response" -> text = textOrEmpty(json);
                case "thinking" -> thinking = textOrNull(json);
                case "logprobs" -> logprobs = Logprobs.read(json);
                case "done" -> done = json.currentToken() != JsonToken.VALUE_NULL && json.getBooleanValue();
                case "done_reason" -> doneReason = JsonTokens.text(json);
                case "prompt_eval_count" -> promptTokens = JsonTokens.integer(json);
                case "eval_count" -> completionTokens = JsonTokens.integer(json);
                case "error" -> error = String.valueOf(JsonTokens.text(json));
                default -> json.skipChildren();
            }
        }
    }

    private void readMessage(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new IOException("a message that is not an object");
        }
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "content" -> readContent(json);
                case "thinking" -> thinking = textOrNull(json);
                case "tool_calls" -> readToolCalls(json);
                default -> json.skipChildren();
            }
        }
    }

    private void readContent(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            text = json.getText();
            return;
        }
        ContentParts parts = ContentParts.read(json);
        text = parts.text();
        thinking = parts.thinking().isEmpty() ? thinking : parts.thinking();
    }

    /** Each is sent whole, so that its place is its index; older servers give no ids. */
    private void readToolCalls(JsonParser json) throws IOException {
        List<ToolCall> sent = ToolCalls.read(json);
        toolCalls = new ArrayList<>(sent.size());
        for (ToolCall call : sent) {
            toolCalls.add(new ToolCall(
                    toolCallCount++,
                    call.id() == null ? ToolCalls.newId() : call.id(),
                    call.name(),
                    call.argumentsJson().isEmpty() ? "{}" : call.argumentsJson()));
        }
    }

    private static String textOrEmpty(JsonParser json) throws IOException {
        String text = JsonTokens.text(json);
        return text == null ? "" : text;
    }

    private static @Nullable String textOrNull(JsonParser json) throws IOException {
        String text = JsonTokens.text(json);
        return text == null || text.isEmpty() ? null : text;
    }
}
