package io.inference.conversation.store;

import io.inference.api.message.Role;
import io.inference.conversation.StoredMessage;
import io.inference.conversation.UnreadableException;
import io.inference.database.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table {@code conversation_messages}, for reading and deleting. */
public final class MessageStore {
    private final Database database;
    private final TextCipher cipher;
    private final MessageRows rows;

    public MessageStore(Database database, TextCipher cipher) {
        this.database = database;
        this.cipher = cipher;
        this.rows = new MessageRows(cipher);
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
                        .query(rows::stored)
                        .list());
    }

    public Optional<StoredMessage> find(UUID conversation, long seq) {
        return database.call(client -> find(client, conversation, seq));
    }

    private Optional<StoredMessage> find(JdbcClient client, UUID conversation, long seq) {
        return client.sql("SELECT %s FROM conversation_messages WHERE conversation_id = ? AND seq = ?"
                        .formatted(MessageRows.COLUMNS))
                .param(conversation)
                .param(seq)
                .query(rows::stored)
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
            String title = client.sql("SELECT title FROM conversations WHERE id = ? FOR UPDATE")
                    .param(conversation)
                    .query(String.class)
                    .optional()
                    .orElse("");
            Map<Long, Link> group = group(client, conversation, seq);
            if (group.isEmpty()) {
                return false;
            }
            boolean titled = group.values().stream().anyMatch(link -> isTitle(title, conversation, link));
            delete(client, owner, conversation, group, titled);
            return true;
        });
    }

    /**
     * A message as far as the deletion of it or of others needs it, so that a message whose key is missing can be
     * deleted.
     *
     * @param content as it is stored
     */
    private record Link(long seq, long parent, Role role, boolean calls, String content) {
        static final String COLUMNS = "seq, parent_seq, role, tool_calls IS NOT NULL AS calls, content";

        static Link read(ResultSet row, int number) throws SQLException {
            return new Link(
                    row.getLong("seq"),
                    row.getLong("parent_seq"),
                    Role.valueOf(row.getString("role").toUpperCase(Locale.ROOT)),
                    row.getBoolean("calls"),
                    row.getString("content"));
        }
    }

    /** Whether a title is the beginning of a user's message, or cannot be decrypted. */
    private boolean isTitle(String title, UUID conversation, Link link) {
        if (title.isEmpty() || link.role() != Role.USER) {
            return false;
        }
        try {
            String open = SealedTable.CONVERSATIONS.open(cipher, "title", title, conversation);
            return SealedTable.MESSAGES
                    .open(cipher, "content", link.content(), conversation, link.seq())
                    .strip()
                    .startsWith(open);
        } catch (UnreadableException e) {
            return true;
        }
    }

    /** The messages to delete, by their numbers. */
    private static Map<Long, Link> group(JdbcClient client, UUID conversation, long seq) {
        Map<Long, Link> group = new LinkedHashMap<>();
        Optional<Link> first = link(client, conversation, seq);
        while (first.isPresent() && first.get().role() == Role.TOOL) {
            Optional<Link> before = link(client, conversation, first.get().parent());
            if (before.isEmpty()
                    || before.get().role() != Role.TOOL && !before.get().calls()) {
                break;
            }
            first = before;
        }
        if (first.isEmpty()) {
            return group;
        }
        group.put(first.get().seq(), first.get());
        if (first.get().calls()) {
            results(client, conversation, first.get().seq()).forEach(result -> group.put(result.seq(), result));
        }
        return group;
    }

    private static Optional<Link> link(JdbcClient client, UUID conversation, long seq) {
        return client.sql("SELECT %s FROM conversation_messages WHERE conversation_id = ? AND seq = ?"
                        .formatted(Link.COLUMNS))
                .param(conversation)
                .param(seq)
                .query(Link::read)
                .optional();
    }

    /** The results that follow an answer with tool calls, in every branch. */
    private static List<Link> results(JdbcClient client, UUID conversation, long calls) {
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
                        """.formatted(Link.COLUMNS))
                .param("id", conversation)
                .param("calls", calls)
                .query(Link::read)
                .list();
    }

    /** @param titled whether the conversation's title goes with them */
    private static void delete(
            JdbcClient client, Owner owner, UUID conversation, Map<Long, Link> group, boolean titled) {
        Map<String, Object> values = Map.of(
                "id",
                conversation,
                "word",
                owner.word(),
                "titled",
                titled,
                "gone",
                group.keySet().toArray(Long[]::new),
                "count",
                group.size(),
                // The first is the one before which nothing of the group is.
                "before",
                group.values().iterator().next().parent());
        int followers = client.sql("""
                        UPDATE conversation_messages SET parent_seq = :before
                        WHERE conversation_id = :id AND parent_seq = ANY(:gone) AND NOT seq = ANY(:gone)
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
                            head = CASE WHEN head = ANY(:gone) THEN :before ELSE head END,
                            title = CASE WHEN :titled THEN '' ELSE title END,
                            search = CASE WHEN :titled THEN array_to_tsvector(ARRAY[:word]) ELSE search END
                        WHERE id = :id
                        """).params(values).update();
        if (deleted != group.size() || changed != 1 || followers < 0 || summaries < 0) {
            throw new IllegalStateException("a conversation changed while it was locked");
        }
    }
}
