package io.inference.conversation.store;

import io.inference.api.message.Role;
import io.inference.conversation.StoredMessage;
import io.inference.database.Database;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table {@code conversation_messages}, for reading and deleting. */
public final class MessageStore {
    private final Database database;

    public MessageStore(Database database) {
        this.database = database;
    }

    /**
     * Messages of all branches of a conversation.
     *
     * @param after number of the last message of the page before
     */
    public List<StoredMessage> list(UUID conversation, @Nullable Long after, boolean newestFirst, int most) {
        String rest = after == null ? "" : newestFirst ? " AND seq < :after" : " AND seq > :after";
        Map<String, Object> values = new HashMap<>(Map.of("id", conversation, "most", most));
        if (after != null) {
            values.put("after", after);
        }
        return database.call(
                client -> client.sql("""
                        SELECT %s FROM conversation_messages WHERE conversation_id = :id%s ORDER BY seq %s LIMIT :most
                        """.formatted(MessageRows.COLUMNS, rest, newestFirst ? "DESC" : "ASC"))
                        .params(values)
                        .query(MessageRows::stored)
                        .list());
    }

    public Optional<StoredMessage> find(UUID conversation, long seq) {
        return database.call(client -> find(client, conversation, seq));
    }

    private static Optional<StoredMessage> find(JdbcClient client, UUID conversation, long seq) {
        return client.sql("SELECT %s FROM conversation_messages WHERE conversation_id = ? AND seq = ?"
                        .formatted(MessageRows.COLUMNS))
                .param(conversation)
                .param(seq)
                .query(MessageRows::stored)
                .optional();
    }

    /**
     * Deletes a message, with all messages of the same tool calls. What follows them then follows what was before them.
     * A title that is the beginning of a deleted message is deleted too, and so are all summaries that cover one, with
     * the values in their ledgers.
     *
     * @param owner of the conversation
     * @return false if there is no such message
     */
    public boolean delete(Owner owner, UUID conversation, long seq) {
        return database.transaction(client -> {
            // No message is added meanwhile.
            var ignored = client.sql("SELECT head FROM conversations WHERE id = ? FOR UPDATE")
                    .param(conversation)
                    .query(Long.class)
                    .optional();
            Map<Long, Long> group = group(client, conversation, seq);
            if (group.isEmpty()) {
                return false;
            }
            delete(client, owner, conversation, group);
            return true;
        });
    }

    /** Numbers of the messages to delete, each with that of the message before. */
    private static Map<Long, Long> group(JdbcClient client, UUID conversation, long seq) {
        Map<Long, Long> group = new LinkedHashMap<>();
        Optional<StoredMessage> first = find(client, conversation, seq);
        while (first.isPresent() && first.get().message().role() == Role.TOOL) {
            Optional<StoredMessage> before =
                    find(client, conversation, first.get().parent());
            if (before.isEmpty() || !belongsToCalls(before.get())) {
                break;
            }
            first = before;
        }
        if (first.isEmpty()) {
            return group;
        }
        group.put(first.get().seq(), first.get().parent());
        if (!first.get().message().toolCalls().isEmpty()) {
            results(client, conversation, first.get().seq())
                    .forEach(result -> group.put(result.seq(), result.parent()));
        }
        return group;
    }

    private static boolean belongsToCalls(StoredMessage message) {
        return message.message().role() == Role.TOOL
                || !message.message().toolCalls().isEmpty();
    }

    /** The results that follow an answer with tool calls, in every branch. */
    private static List<StoredMessage> results(JdbcClient client, UUID conversation, long calls) {
        return client.sql("""
                        WITH RECURSIVE results AS (
                            SELECT message.* FROM conversation_messages AS message
                            WHERE conversation_id = :id AND parent_seq = :calls AND role = 'tool'
                            UNION ALL
                            SELECT message.* FROM results JOIN conversation_messages AS message
                                ON message.conversation_id = results.conversation_id
                                    AND message.parent_seq = results.seq AND message.role = 'tool'
                        )
                        SELECT %s FROM results ORDER BY seq
                        """.formatted(MessageRows.COLUMNS))
                .param("id", conversation)
                .param("calls", calls)
                .query(MessageRows::stored)
                .list();
    }

    private static void delete(JdbcClient client, Owner owner, UUID conversation, Map<Long, Long> group) {
        Map<String, Object> values = Map.of(
                "id",
                conversation,
                "word",
                owner.word(),
                "gone",
                group.keySet().toArray(Long[]::new),
                "count",
                group.size(),
                // The first is the one before which nothing of the group is.
                "before",
                group.values().iterator().next());
        int followers = client.sql("""
                        UPDATE conversation_messages SET parent_seq = :before
                        WHERE conversation_id = :id AND parent_seq = ANY(:gone) AND NOT seq = ANY(:gone)
                        """).params(values).update();
        int titles = client.sql("""
                        UPDATE conversations SET title = '', search = array_to_tsvector(ARRAY[:word])
                        WHERE id = :id AND title <> '' AND EXISTS (
                            SELECT 1 FROM conversation_messages
                            WHERE conversation_id = :id AND seq = ANY(:gone) AND role = 'user'
                                AND starts_with(regexp_replace(content, '^\\s+', ''), title)
                        )
                        """).params(values).update();
        // Also those of other branches with messages before and after: they are due again.
        int summaries = client.sql("""
                        DELETE FROM conversation_summaries AS summary USING unnest(:gone) AS gone (seq)
                        WHERE summary.conversation_id = :id AND gone.seq BETWEEN summary.first_seq AND summary.last_seq
                        """).params(values).update();
        int deleted = client.sql("DELETE FROM conversation_messages WHERE conversation_id = :id AND seq = ANY(:gone)")
                .params(values)
                .update();
        int changed = client.sql("""
                        UPDATE conversations SET messages = messages - :count, version = version + 1,
                            deletions = deletions + 1,
                            head = CASE WHEN head = ANY(:gone) THEN :before ELSE head END
                        WHERE id = :id
                        """).params(values).update();
        if (deleted != group.size() || changed != 1 || followers < 0 || titles < 0 || summaries < 0) {
            throw new IllegalStateException("a conversation changed while it was locked");
        }
    }
}
