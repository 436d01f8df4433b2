package io.inference.conversation.store;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.conversation.StoredSummary;
import io.inference.conversation.memory.Span;
import io.inference.database.TimeColumn;
import io.inference.wire.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of {@code conversation_summaries}, and of the way through a conversation, as records, decrypted. */
public final class SummaryRows {
    private final TextCipher cipher;
    private final MessageRows messages;

    public SummaryRows(TextCipher cipher) {
        this.cipher = cipher;
        this.messages = new MessageRows(cipher);
    }

    /** The way that {@code sql/load-messages.sql} or {@code sql/load-summarized.sql} read, oldest first. */
    public List<PathEntry> path(UUID conversation, @Nullable Object rows) {
        List<PathEntry> path = new ArrayList<>();
        if (rows instanceof List<?> list) {
            list.forEach(row -> path.add(entry(conversation, (Map<?, ?>) row)));
        }
        return path;
    }

    /**
     * One step of that way.
     *
     * @throws io.inference.conversation.UnreadableException as {@link TextCipher#open}
     */
    public PathEntry entry(UUID conversation, Map<?, ?> row) {
        long seq = number(row.get("seq"));
        int level = (int) number(row.get("level"));
        if (level == 0) {
            return new PathEntry.Stored(
                    seq, messages.message(conversation, row), Instant.ofEpochSecond(number(row.get("created"))));
        }
        Span span = new Span(level, number(row.get("first_seq")), seq);
        String ledger = (String) row.get("ledger");
        return new PathEntry.Covered(
                span,
                (int) number(row.get("messages")),
                open("content", (String) Objects.requireNonNull(row.get("content")), conversation, span),
                LedgerJson.read(ledger == null ? null : open("ledger", ledger, conversation, span)),
                numbers((String) row.get("instructions")),
                "extractive".equals(row.get("kind")),
                (String) row.get("model"));
    }

    /** Columns by name, so that all rows of a way are read alike. */
    static Map<String, @Nullable Object> columns(ResultSet row) throws SQLException {
        Map<String, @Nullable Object> columns = new HashMap<>();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
            columns.put(row.getMetaData().getColumnLabel(i), row.getObject(i));
        }
        return columns;
    }

    /**
     * Parameters of {@code sql/add-conversation-summary.sql} for a summary.
     *
     * @param instructions numbers of the last instructions among what it covers
     */
    public Map<String, @Nullable Object> parameters(UUID conversation, StoredSummary summary, List<Long> instructions) {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("messages", summary.messages());
        values.put("sources", sources(summary.sources()));
        values.put("content", seal("content", summary.text(), conversation, summary.span()));
        values.put("ledger", seal("ledger", LedgerJson.write(summary.ledger()), conversation, summary.span()));
        values.put("instructions", instructions.toString());
        values.put("kind", summary.isExtractive() ? "extractive" : "model");
        values.put("model", MessageJson.storable(summary.model()));
        values.put("promptTokens", summary.promptTokens());
        values.put("completionTokens", summary.completionTokens());
        values.put("sealedBy", cipher.keyId());
        return values;
    }

    private String seal(String column, String text, UUID conversation, Span span) {
        String storable = Objects.requireNonNull(MessageJson.storable(text));
        return SealedTable.SUMMARIES.seal(cipher, column, storable, conversation, key(span));
    }

    private String open(String column, String stored, UUID conversation, Span span) {
        return SealedTable.SUMMARIES.open(cipher, column, stored, conversation, key(span));
    }

    private static Long[] key(Span span) {
        return new Long[] {(long) span.level(), span.first(), span.last()};
    }

    StoredSummary stored(ResultSet row, int number) throws SQLException {
        UUID conversation = row.getObject("conversation_id", UUID.class);
        Span span = new Span(row.getInt("level"), row.getLong("first_seq"), row.getLong("last_seq"));
        return new StoredSummary(
                span,
                row.getInt("messages"),
                sources(row.getString("sources")),
                open("content", row.getString("content"), conversation, span),
                LedgerJson.read(open("ledger", row.getString("ledger"), conversation, span)),
                "extractive".equals(row.getString("kind")),
                row.getString("model"),
                row.getInt("prompt_tokens"),
                row.getInt("completion_tokens"),
                Objects.requireNonNull(TimeColumn.read(row, "created_at")));
    }

    /** As {@code [[1,7,12],[1,13,18]]}: the level, the first and the last message of each. */
    private static String sources(List<Span> spans) {
        return spans.stream()
                .map(span -> List.of((long) span.level(), span.first(), span.last()))
                .toList()
                .toString();
    }

    private static List<Span> sources(String json) {
        List<Span> spans = new ArrayList<>();
        for (JsonNode span : Objects.requireNonNull(Json.value(json))) {
            spans.add(new Span(
                    span.path(0).asInt(), span.path(1).asLong(), span.path(2).asLong()));
        }
        return spans;
    }

    private static List<Long> numbers(@Nullable String json) {
        List<Long> numbers = new ArrayList<>();
        JsonNode list = json == null ? null : Json.value(json);
        if (list != null) {
            list.forEach(number -> numbers.add(number.asLong()));
        }
        return numbers;
    }

    private static long number(@Nullable Object value) {
        return ((Number) Objects.requireNonNull(value)).longValue();
    }
}
