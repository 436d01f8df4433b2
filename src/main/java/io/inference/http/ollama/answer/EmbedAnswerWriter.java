package io.inference.http.ollama.answer;

import io.inference.api.answer.EmbedAnswer;
import io.inference.api.call.Call;
import io.inference.http.answer.HttpAnswer;
import io.inference.wire.Json;

/** Writes embeddings in the current form and in the older one. */
public final class EmbedAnswerWriter {
    private EmbedAnswerWriter() {}

    public static HttpAnswer write(EmbedAnswer answer, Call call) {
        return Formats.json(out -> {
            out.writeStartObject();
            out.writeStringField("model", Json.wellFormed(answer.model()));
            out.writeArrayFieldStart("embeddings");
            for (float[] vector : answer.embeddings()) {
                out.writeStartArray();
                for (float component : vector) {
                    out.writeNumber(component);
                }
                out.writeEndArray();
            }
            out.writeEndArray();
            if (!answer.embeddings().isEmpty()) {
                out.writeNumberField("total_duration", System.nanoTime() - call.startNanos());
                out.writeNumberField("load_duration", 0);
                out.writeNumberField("prompt_eval_count", answer.usage().promptTokens());
            }
            out.writeEndObject();
        });
    }

    public static HttpAnswer writeLegacy(EmbedAnswer answer, Call call) {
        return Formats.json(out -> {
            out.writeStartObject();
            out.writeArrayFieldStart("embedding");
            if (!answer.embeddings().isEmpty()) {
                for (float component : answer.embeddings().getFirst()) {
                    out.writeNumber((double) component);
                }
            }
            out.writeEndArray();
            out.writeEndObject();
        });
    }
}
