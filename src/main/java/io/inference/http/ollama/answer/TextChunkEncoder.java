package io.inference.http.ollama.answer;

import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.InferenceException;
import io.inference.api.message.FinishReason;
import io.inference.api.message.TokenLogprob;
import io.inference.api.message.ToolCall;
import io.inference.api.stream.Chunk;
import io.inference.http.answer.ChunkEncoder;
import io.inference.http.answer.HttpErrors;
import io.inference.http.format.TokenJson;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A streamed answer. Clients expect each tool call as one whole object, so calls, which may arrive in parts, are held
 * back to the end. The format has no keep-alive, so an object without text is sent instead.
 */
final class TextChunkEncoder implements ChunkEncoder {
    private final AnswerShape shape;
    private final String model;
    private final Call call;
    private final ToolCallParts toolCalls = new ToolCallParts();
    private Usage usage = Usage.NONE;
    private @Nullable FinishReason finish;

    TextChunkEncoder(AnswerShape shape, String model, Call call) {
        this.shape = shape;
        this.model = model;
        this.call = call;
    }

    @Override
    public void chunk(Chunk chunk, Sink out) throws IOException {
        if (chunk.usage() != null) {
            usage = chunk.usage();
        }
        if (chunk.finishReason() != null) {
            finish = chunk.finishReason();
        }
        toolCalls.add(chunk.toolCalls());
        if (!chunk.text().isEmpty()
                || chunk.thinking() != null
                || !chunk.logprobs().isEmpty()) {
            piece(out, chunk.text(), chunk.thinking(), List.of(), chunk.logprobs());
        }
    }

    @Override
    public void keepAlive(Sink out) throws IOException {
        piece(out, "", null, List.of(), List.of());
    }

    @Override
    public void end(Sink out) throws IOException {
        List<ToolCall> calls = toolCalls.joined();
        if (!calls.isEmpty()) {
            piece(out, "", null, calls, List.of());
        }
        object(out, json -> {
            shape.writeTo(json, "", null, List.of());
            json.writeBooleanField("done", true);
            json.writeStringField("done_reason", Timings.doneReason(finish));
            Timings.write(json, call, usage);
        });
    }

    @Override
    public Json.Content failure(InferenceException failure) {
        return json -> HttpErrors.writeOllama(json, failure);
    }

    private void piece(
            Sink out, String text, @Nullable String thinking, List<ToolCall> calls, List<TokenLogprob> logprobs)
            throws IOException {
        object(out, json -> {
            shape.writeTo(json, text, thinking, calls);
            json.writeBooleanField("done", false);
            if (!logprobs.isEmpty()) {
                json.writeFieldName("logprobs");
                TokenJson.writeTokens(json, logprobs);
            }
        });
    }

    private void object(Sink out, Json.Content fields) throws IOException {
        out.object(json -> {
            json.writeStartObject();
            Formats.head(json, model);
            fields.writeTo(json);
            json.writeEndObject();
        });
    }
}
