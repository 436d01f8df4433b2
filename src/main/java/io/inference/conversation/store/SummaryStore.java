package io.inference.conversation.store;

import io.inference.conversation.StoredSummary;
import io.inference.conversation.memory.Span;
import io.inference.database.Database;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table {@code conversation_summaries}, for reading. */
public final class SummaryStore {
    private static final String STANDING = """
            SELECT head, deletions, (
                SELECT model FROM conversation_messages
                WHERE conversation_id = :id AND model IS NOT NULL ORDER BY seq DESC LIMIT 1
            ) AS model FROM conversations WHERE id = :id
            """;

    private static final String PATH = """
            SELECT path.seq, message.role, coalesce(summary.content, message.content) AS content, message.name,
                message.tool_call_id, NULL AS images, message.tool_calls::text AS tool_calls,
                extract(epoch FROM message.created_at)::bigint AS created, path.level, path.first_seq,
                summary.messages, NULL AS ledger
            FROM conversation_path(:id, :head, :recent, 2147483647, 1) AS path
            LEFT JOIN LATERAL (
                SELECT * FROM conversation_messages
                WHERE path.level = 0 AND conversation_id = :id AND conversation_messages.seq = path.seq LIMIT 1
            ) AS message ON true
            LEFT JOIN LATERAL (
                SELECT * FROM conversation_summaries AS each
                WHERE path.level > 0 AND each.conversation_id = :id AND each.last_seq = path.seq
                    AND each.level = path.level AND each.first_seq = path.first_seq LIMIT 1
            ) AS summary ON true
            ORDER BY path.seq
            """;

    private final Database database;
    private final SummaryRows rows;

    public SummaryStore(Database database, SummaryRows rows) {
        this.database = database;
        this.rows = rows;
    }

    /**
     * The conversation as a further turn would find it.
     *
     * @param deletions how many messages were ever deleted
     * @param model of the newest answer; empty if there is none
     * @param path to the message that the turn would follow, without ledgers and images
     */
    public record Standing(long deletions, String model, List<PathEntry> path) {
        public Standing {
            path = List.copyOf(path);
        }
    }

    /**
     * @param recent messages that are taken before a summary is
     * @return empty if there is no such conversation
     */
    public Optional<Standing> standing(UUID conversation, int recent) {
        return database.transaction(client -> client.sql(STANDING)
                .param("id", conversation)
                .query((row, number) -> new Head(
                        row.getLong("head"),
                        row.getLong("deletions"),
                        Objects.requireNonNullElse(row.getString("model"), "")))
                .optional()
                .map(head ->
                        new Standing(head.deletions(), head.model(), path(client, conversation, head.seq(), recent))));
    }

    private record Head(long seq, long deletions, String model) {}

    private List<PathEntry> path(JdbcClient client, UUID conversation, long head, int recent) {
        return client.sql(PATH)
                .param("id", conversation)
                .param("head", head)
                .param("recent", recent)
                .query((row, number) -> rows.entry(conversation, SummaryRows.columns(row)))
                .list();
    }

    /**
     * Summaries of all branches, in the order of the last message that they cover, those of lower levels first.
     *
     * @param after the last one of the page before
     */
    public List<StoredSummary> list(UUID conversation, @Nullable Span after, int most) {
        Map<String, Object> values = new HashMap<>(Map.of("id", conversation, "most", most));
        if (after != null) {
            values.put("last", after.last());
            values.put("level", after.level());
            values.put("first", after.first());
        }
        return database.call(client -> client.sql("""
                        SELECT * FROM conversation_summaries WHERE conversation_id = :id%s
                        ORDER BY last_seq, level, first_seq LIMIT :most
                        """.formatted(
                                after == null ? "" : " AND (last_seq, level, first_seq) > (:last, :level, :first)"))
                .params(values)
                .query(rows::stored)
                .list());
    }
}
