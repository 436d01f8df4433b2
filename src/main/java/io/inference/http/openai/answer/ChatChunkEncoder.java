package io.inference.http.openai.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.call.Usage;
import io.inference.api.error.InferenceException;
import io.inference.api.message.AnswerExtras;
import io.inference.api.message.FinishReason;
import io.inference.api.stream.Chunk;
import io.inference.http.answer.ChunkEncoder;
import io.inference.http.answer.HttpErrors;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.BitSet;

/**
 * A streamed chat completion: the role with the first piece of each choice, then the pieces, then the finish reason in
 * an object of its own, since many clients stop reading a choice at its finish reason.
 */
final class ChatChunkEncoder implements ChunkEncoder {
    private final ChunkFormat objects;
    private final BitSet begun = new BitSet(1);
    private Usage usage = Usage.NONE;

    ChatChunkEncoder(AnswerHead head, boolean includeUsage) {
        this.objects = new ChunkFormat(head, "chat.completion.chunk", includeUsage);
    }

    @Override
    public void chunk(Chunk chunk, Sink out) throws IOException {
        if (chunk.usage() != null) {
            usage = chunk.usage();
        }
        AnswerExtras extras = chunk.extras();
        if (extras != null) {
            objects.extras(extras.answer());
        }
        boolean first = !begun.get(chunk.index());
        if (first || hasContent(chunk)) {
            begun.set(chunk.index());
            objects.choice(json -> delta(json, chunk, first), out);
        }
        FinishReason finish = chunk.finishReason();
        if (finish != null) {
            objects.choice(json -> finish(json, chunk, finish), out);
        }
    }

    @Override
    public void end(Sink out) throws IOException {
        objects.usage(usage, out);
    }

    @Override
    public Json.Content failure(InferenceException failure) {
        return json -> HttpErrors.writeOpenAi(json, failure);
    }

    private static boolean hasContent(Chunk chunk) {
        return !chunk.text().isEmpty()
                || chunk.thinking() != null
                || !chunk.toolCalls().isEmpty()
                || !chunk.logprobs().isEmpty()
                || chunk.extras() != null && saysMore(chunk, chunk.extras());
    }

    /** Other fields of a choice go with its finish reason, if the chunk has one. */
    private static boolean saysMore(Chunk chunk, AnswerExtras extras) {
        return !extras.message().isEmpty()
                || chunk.finishReason() == null && !extras.choice().isEmpty();
    }

    private static void delta(JsonGenerator json, Chunk chunk, boolean first) throws IOException {
        json.writeStartObject();
        json.writeNumberField("index", chunk.index());
        json.writeObjectFieldStart("delta");
        if (first) {
            json.writeStringField("role", "assistant");
        }
        boolean nothingElse = chunk.thinking() == null && chunk.toolCalls().isEmpty();
        if (nothingElse || !chunk.text().isEmpty()) {
            json.writeStringField("content", Json.wellFormed(chunk.text()));
        }
        Parts.text(json, "reasoning_content", chunk.thinking());
        if (!chunk.toolCalls().isEmpty()) {
            Parts.toolCalls(json, chunk.toolCalls(), true);
        }
        AnswerExtras extras = chunk.extras();
        if (extras != null) {
            Parts.extras(json, extras.message());
        }
        json.writeEndObject();
        if (!chunk.logprobs().isEmpty()) {
            Parts.chatLogprobs(json, chunk.logprobs());
        }
        json.writeNullField("finish_reason");
        if (extras != null && chunk.finishReason() == null) {
            Parts.extras(json, extras.choice());
        }
        json.writeEndObject();
    }

    private static void finish(JsonGenerator json, Chunk chunk, FinishReason reason) throws IOException {
        json.writeStartObject();
        json.writeNumberField("index", chunk.index());
        json.writeObjectFieldStart("delta");
        json.writeEndObject();
        json.writeStringField("finish_reason", reason.label());
        if (chunk.extras() != null) {
            Parts.extras(json, chunk.extras().choice());
        }
        json.writeEndObject();
    }
}
