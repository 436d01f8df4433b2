package io.inference.http.openai.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.call.Call;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.format.AnswerWriter;
import io.inference.wire.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes embeddings.
 *
 * @param base64 whether to write vectors as base64 of little-endian 32-bit floats, as OpenAI's own clients request
 */
public record EmbeddingAnswerWriter(boolean base64) implements AnswerWriter<EmbedAnswer> {
    @Override
    public HttpAnswer write(EmbedAnswer answer, Call call) {
        return HttpAnswer.json(Json.bytes(out -> write(out, answer)));
    }

    private void write(JsonGenerator out, EmbedAnswer answer) throws IOException {
        out.writeStartObject();
        out.writeStringField("object", "list");
        out.writeArrayFieldStart("data");
        int index = 0;
        for (float[] vector : answer.embeddings()) {
            out.writeStartObject();
            out.writeStringField("object", "embedding");
            out.writeNumberField("index", index++);
            out.writeFieldName("embedding");
            vector(out, vector);
            out.writeEndObject();
        }
        out.writeEndArray();
        Parts.text(out, "model", answer.model());
        out.writeObjectFieldStart("usage");
        out.writeNumberField("prompt_tokens", answer.usage().promptTokens());
        out.writeNumberField("total_tokens", answer.usage().promptTokens());
        out.writeEndObject();
        out.writeEndObject();
    }

    private void vector(JsonGenerator out, float[] vector) throws IOException {
        if (base64) {
            ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(vector);
            out.writeBinary(bytes.array());
            return;
        }
        out.writeStartArray();
        for (float component : vector) {
            out.writeNumber(component);
        }
        out.writeEndArray();
    }
}
