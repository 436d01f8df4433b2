package io.inference.http.ollama.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
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
import io.inference.http.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A streamed answer, an object a line. Clients take a call of a tool as one whole object, so calls, which may come in parts, are held
 * back to the end; and they know no line that is to be skipped, so a keep-alive is a line with no text.
 */
final class LineEncoder implements ChunkEncoder {
    private static final SerializedString END_OF_LINE = new SerializedString("\n");

    private final AnswerShape shape;
    private final String model;
    private final Call call;
    private final ToolCallParts toolCalls = new ToolCallParts();
    private Usage usage = Usage.NONE;
    private @Nullable FinishReason finish;

    LineEncoder(AnswerShape shape, String model, Call call) {
        this.shape = shape;
        this.model = model;
        this.call = call;
    }

    @Override
    public void chunk(Chunk chunk, OutputStream out) throws IOException {
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
    public void keepAlive(OutputStream out) throws IOException {
        piece(out, "", null, List.of(), List.of());
    }

    @Override
    public void end(OutputStream out) throws IOException {
        List<ToolCall> calls = toolCalls.joined();
        if (!calls.isEmpty()) {
            piece(out, "", null, calls, List.of());
        }
        line(out, json -> {
            shape.writeTo(json, "", null, List.of());
            json.writeBooleanField("done", true);
            json.writeStringField("done_reason", Timings.doneReason(finish));
            Timings.write(json, call, usage);
        });
    }

    @Override
    public void failure(InferenceException failure, OutputStream out) throws IOException {
        Json.write(out, json -> {
            HttpErrors.writeOllama(json, failure);
            json.writeRaw(END_OF_LINE);
        });
    }

    private void piece(
            OutputStream out, String text, @Nullable String thinking, List<ToolCall> calls, List<TokenLogprob> logprobs)
            throws IOException {
        line(out, json -> {
            shape.writeTo(json, text, thinking, calls);
            json.writeBooleanField("done", false);
            if (!logprobs.isEmpty()) {
                json.writeFieldName("logprobs");
                TokenJson.writeTokens(json, logprobs);
            }
        });
    }

    private void line(OutputStream out, Json.Content fields) throws IOException {
        Json.write(out, (JsonGenerator json) -> {
            json.writeStartObject();
            Formats.head(json, model);
            fields.writeTo(json);
            json.writeEndObject();
            json.writeRaw(END_OF_LINE);
        });
    }
}
