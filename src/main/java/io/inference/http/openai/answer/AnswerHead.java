package io.inference.http.openai.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Fields that every part of an answer repeats.
 *
 * @param id unique to the answer
 * @param createdSeconds since the epoch
 * @param conversation id of the stored conversation that the answer is part of; empty for none
 */
record AnswerHead(String id, long createdSeconds, String model, String conversation) {
    AnswerHead(String id, long createdSeconds, String model) {
        this(id, createdSeconds, model, "");
    }

    static AnswerHead of(String idPrefix, String model) {
        var random = ThreadLocalRandom.current();
        String id = idPrefix
                + HexFormat.of().toHexDigits(random.nextLong())
                + HexFormat.of().toHexDigits(random.nextLong());
        return new AnswerHead(id, System.currentTimeMillis() / 1000, model);
    }

    /** The same for an answer that is part of a stored conversation. */
    AnswerHead in(String conversationId) {
        return new AnswerHead(id, createdSeconds, model, conversationId);
    }

    void writeTo(JsonGenerator out, String object) throws IOException {
        out.writeStringField("id", id);
        out.writeStringField("object", object);
        out.writeNumberField("created", createdSeconds);
        out.writeStringField("model", Json.wellFormed(model));
        if (!conversation.isEmpty()) {
            out.writeStringField("conversation_id", conversation);
        }
    }
}
