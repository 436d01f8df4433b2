package io.inference.conversation.summary;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.conversation.ConversationIds;
import io.inference.conversation.memory.Span;
import io.inference.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A summary that is to be made, as the payload of its job.
 *
 * @param deletions of messages of the conversation when it was due
 * @param model of the conversation
 */
record SummaryTask(UUID conversation, Span span, long deletions, String model) {
    /** The same on every replica; another one after a deletion, since the same span then has other messages. */
    String key() {
        return "summary " + ConversationIds.conversation(conversation) + " " + span.level() + ":" + span.first() + "-"
                + span.last() + " " + deletions;
    }

    byte[] write() {
        return Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("conversation", ConversationIds.conversation(conversation));
            out.writeNumberField("level", span.level());
            out.writeNumberField("first", span.first());
            out.writeNumberField("last", span.last());
            out.writeNumberField("deletions", deletions);
            out.writeStringField("model", Json.wellFormed(model));
            out.writeEndObject();
        });
    }

    static SummaryTask read(byte[] payload) {
        JsonNode json = Json.value(new String(payload, StandardCharsets.UTF_8));
        if (json == null) {
            throw new IllegalStateException("the payload of a summary is not the one that this service writes");
        }
        return new SummaryTask(
                ConversationIds.conversation(json.path("conversation").asText()).orElseThrow(),
                new Span(
                        json.path("level").asInt(),
                        json.path("first").asLong(),
                        json.path("last").asLong()),
                json.path("deletions").asLong(),
                json.path("model").asText());
    }
}
