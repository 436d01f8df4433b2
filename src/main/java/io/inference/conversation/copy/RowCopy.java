package io.inference.conversation.copy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.inference.conversation.store.PathEntry;
import io.inference.conversation.store.SummaryRows;
import io.inference.conversation.turn.Turn;
import io.inference.wire.JsonBounds;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Rows as PostgreSQL returned them, texts that are encrypted there included, and what the conversation was then:
 *
 * <pre>
 * {"format":1,"conversation":"…","version":0,"changed":"…","rows":[{"seq":1,"role":"user","content":"…"},…]}
 * </pre>
 *
 * A conversation has the same rows up to a message as long as its version is the same. The time of its last change is
 * compared too, since a database that was restored from a backup gives the same numbers again.
 *
 * @param rows oldest first, with the columns of {@code sql/load-messages.sql}; those without a value may be missing
 */
record RowCopy(UUID conversation, long version, Instant changedAt, List<Map<String, Object>> rows) {
    /** A copy of another format is not read: replicas of two releases may share Redis. */
    private static final int FORMAT = 1;

    private static final ObjectMapper MAPPER = JsonMapper.builder(
                    JsonBounds.answer().build())
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();
    private static final TypeReference<List<Map<String, Object>>> ROWS = new TypeReference<>() {};

    /** As a value in Redis. */
    String text() {
        var json = MAPPER.createObjectNode()
                .put("format", FORMAT)
                .put("conversation", conversation.toString())
                .put("version", version)
                .put("changed", changedAt.toString());
        json.set("rows", MAPPER.valueToTree(rows));
        return json.toString();
    }

    /**
     * A copy that was read.
     *
     * @param path what the rows are
     */
    record Read(RowCopy copy, List<PathEntry> path) {}

    /**
     * Empty if the text is none of this format, or holds rows that are neither messages nor summaries, or that cannot
     * be decrypted: these must not fail the turn later.
     */
    static Optional<Read> read(String text, SummaryRows entries) {
        try {
            JsonNode json = MAPPER.readTree(text);
            if (json.path("format").asInt() != FORMAT || !json.path("version").isIntegralNumber()) {
                return Optional.empty();
            }
            List<Map<String, Object>> rows = MAPPER.readerFor(ROWS).readValue(json.path("rows"));
            RowCopy copy = new RowCopy(
                    UUID.fromString(json.path("conversation").asText()),
                    json.path("version").asLong(),
                    Instant.parse(json.path("changed").asText()),
                    List.copyOf(rows));
            return Optional.of(new Read(copy, entries.path(copy.conversation(), copy.rows())));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** Whether these are the rows that the turn would read. */
    boolean isOf(Turn turn) {
        return conversation.equals(turn.conversation())
                && version == turn.version()
                && changedAt.equals(turn.changedAt())
                && !rows.isEmpty()
                && Long.valueOf(turn.parent()).equals(rows.getLast().get("seq"));
    }
}
