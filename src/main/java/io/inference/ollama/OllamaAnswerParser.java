package io.inference.ollama;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.call.Usage;
import io.inference.api.message.FinishReason;
import io.inference.api.message.TokenLogprob;
import io.inference.api.message.ToolCall;
import io.inference.api.stream.Chunk;
import io.inference.upstream.JsonTokens;
import io.inference.upstream.Logprobs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
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
                case "done" -> done = json.getBooleanValue();
                case "done_reason" -> doneReason = JsonTokens.text(json);
                case "prompt_eval_count" -> promptTokens = JsonTokens.integer(json);
                case "eval_count" -> completionTokens = JsonTokens.integer(json);
                case "error" -> error = String.valueOf(JsonTokens.text(json));
                default -> json.skipChildren();
            }
        }
    }

    private void readMessage(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new IOException("a message that is not an object");
        }
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "content" -> text = textOrEmpty(json);
                case "thinking" -> thinking = textOrNull(json);
                case "tool_calls" -> readToolCalls(json);
                default -> json.skipChildren();
            }
        }
    }

    private void readToolCalls(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        toolCalls = new ArrayList<>();
        while (JsonTokens.nextElement(json)) {
            toolCalls.add(readToolCall(json));
        }
    }

    private ToolCall readToolCall(JsonParser json) throws IOException {
        String id = null;
        Function function = Function.NONE;
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "id" -> id = textOrNull(json);
                case "function" -> function = Function.read(json);
                default -> json.skipChildren();
            }
        }
        return new ToolCall(toolCallCount++, id == null ? newCallId() : id, function.name, function.arguments);
    }

    /** The function of a call. */
    private record Function(@Nullable String name, String arguments) {
        static final Function NONE = new Function(null, "{}");

        static Function read(JsonParser json) throws IOException {
            String name = null;
            String arguments = NONE.arguments;
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                switch (field) {
                    case "name" -> name = JsonTokens.text(json);
                    case "arguments" -> arguments = JsonTokens.raw(json);
                    default -> json.skipChildren();
                }
            }
            return new Function(name, arguments);
        }
    }

    /** Older servers give no ids, without which OpenAI's clients cannot answer a call. */
    private static String newCallId() {
        return "call_" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
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
