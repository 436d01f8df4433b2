package io.inference.conversation.store;

import io.inference.conversation.NewMessage;
import io.inference.conversation.StoredMessage;
import io.inference.database.Database;
import io.inference.database.TimeColumn;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Turns: what a replica that holds one may do to a conversation. A turn holds its conversation until it ends or its
 * time is over; the database's clock decides.
 */
public final class TurnStore {
    private static final String LEASED = "clock_timestamp() + :millis * interval '1 millisecond'";
    /** Its own turn does not hold a job that runs again. */
    private static final String FREE = "(turn IS NULL OR turn_until < clock_timestamp() OR turn = :turn)";

    /**
     * Commits without waiting for the disk: a turn that a crash of the database has ended finds its conversation free,
     * or loses it.
     */
    private static final String BEGIN = """
            WITH wanted AS (
                SELECT id FROM conversations WHERE id = :id AND owner = :owner AND tenant = :tenant
            ), begun AS (
                UPDATE conversations SET turn = :turn, turn_until = %s
                FROM (SELECT set_config('synchronous_commit', 'off', true)) AS relaxed
                WHERE id = (SELECT id FROM wanted) AND %s RETURNING head, last_seq, version, updated_at
            )
            SELECT begun.head, begun.last_seq, begun.version, begun.updated_at FROM wanted LEFT JOIN begun ON true
            """.formatted(LEASED, FREE);

    private static final String EXTEND =
            """
            UPDATE conversations SET last_seq = last_seq + :count, messages = messages + :count, updated_at = :now,
                head = CASE WHEN %1$s THEN last_seq + :count ELSE head END,
                title = CASE WHEN title = '' THEN :title ELSE title END,
                search = CASE WHEN title = '' THEN %2$s ELSE search END,
                sealed_by = CASE WHEN title = '' THEN %3$s ELSE sealed_by END,
                turn_until = CASE WHEN turn = :turn THEN NULL ELSE turn_until END, turn = nullif(turn, :turn)
            WHERE id = :id
            """.formatted(FREE, ConversationStore.SEARCH.formatted(":title", ":words"), ConversationStore.SEALED_BY);

    /** If the turn has lost the conversation, its messages become a branch, and the next turn does not follow them. */
    private static final String EXTEND_ANY = EXTEND + " RETURNING last_seq, updated_at";

    /** Returns what {@code sql/load-messages.sql} will: the next turn may get both from a copy. */
    private static final String ADD = """
            INSERT INTO conversation_messages (conversation_id, seq, parent_seq, turn, role, content, name,
                tool_call_id, images, tool_calls, details, state, finish_reason, error, model, prompt_tokens,
                completion_tokens, created_at, sealed_by, search)
            SELECT :id, seq, parent_seq, :turn, role, content, name, tool_call_id, images, tool_calls, details, state,
                finish_reason, error, model, prompt_tokens, completion_tokens, created_at, :key, %2$s
            FROM %1$s json_to_recordset(:rows::json) AS added (seq bigint, parent_seq bigint, role text, content text,
                name text, tool_call_id text, images json, tool_calls json, details json, state text,
                finish_reason text, error text, model text, prompt_tokens integer, completion_tokens integer,
                created_at timestamptz, words text[])
            RETURNING seq, role, content, name, tool_call_id, images::text AS images, tool_calls::text AS tool_calls,
                details::text AS details, extract(epoch FROM created_at)::bigint AS created, 0 AS level,
                seq AS first_seq
            """;

    private static final String ADD_AFTER_EXTENDING = add("");

    /** One statement for a turn that still holds its conversation, so that its messages have the numbers expected. */
    private static final String EXTEND_AND_ADD = "WITH extended AS (" + EXTEND
            + " AND turn = :turn AND last_seq = :last RETURNING id)\n" + add("extended, ");

    private static String add(String after) {
        return ADD.formatted(
                after, ConversationStore.SEARCH.formatted("left(content, " + MessageJson.SEARCHED + ")", "words"));
    }

    private final Database database;
    private final TextCipher cipher;
    private final MessageRows rows;

    public TurnStore(Database database, TextCipher cipher) {
        this.database = database;
        this.cipher = cipher;
        this.rows = new MessageRows(cipher);
    }

    /**
     * The conversation when a turn began.
     *
     * @param head number of the message that the next one follows; 0 for the beginning
     * @param lastSeq number of the newest message
     * @param version of what was said, which changes other than by further turns
     * @param changedAt time of its last change
     */
    public record Begun(long head, long lastSeq, long version, Instant changedAt) {}

    /**
     * Result of an attempt to begin a turn.
     *
     * @param exists false if the owner has no such conversation
     * @param begun null while another turn holds the conversation
     */
    public record Attempt(boolean exists, @Nullable Begun begun) {}

    /** Begins a turn if no other one holds the conversation. */
    public Attempt begin(Owner owner, UUID conversation, UUID turn, Duration lease) {
        return database.call(client -> client.sql(BEGIN)
                .params(owner.parameters())
                .param("id", conversation)
                .param("turn", turn)
                .param("millis", lease.toMillis())
                .query((row, number) -> {
                    long head = row.getLong("head");
                    return new Attempt(
                            true,
                            row.wasNull()
                                    ? null
                                    : new Begun(
                                            head,
                                            row.getLong("last_seq"),
                                            row.getLong("version"),
                                            Objects.requireNonNull(TimeColumn.read(row, "updated_at"))));
                })
                .optional()
                .orElse(new Attempt(false, null)));
    }

    /** Begins a conversation with its first turn; false if there is one of that id. */
    public boolean create(Owner owner, UUID conversation, UUID turn, Duration lease, Instant now) {
        String statement = """
                INSERT INTO conversations (id, owner, tenant, created_at, updated_at, turn, turn_until, sealed_by,
                    search)
                VALUES (:id, :owner, :tenant, :now, :now, :turn, %s, :key, array_to_tsvector(ARRAY[:word]))
                ON CONFLICT (id) DO NOTHING
                """.formatted(LEASED);
        int created = database.<Integer>call(client -> client.sql(statement)
                .params(owner.parameters())
                .param("id", conversation)
                .param("turn", turn)
                .param("millis", lease.toMillis())
                .param("now", TimeColumn.of(now))
                .param("key", cipher.keyId())
                .param("word", owner.word())
                .update());
        return created == 1;
    }

    /** The answer that a turn has stored; empty if it has not. */
    public Optional<StoredMessage> answer(UUID conversation, UUID turn) {
        return database.call(client -> client.sql("""
                        SELECT %s FROM conversation_messages
                        WHERE conversation_id = :id AND turn = :turn AND model IS NOT NULL ORDER BY seq DESC LIMIT 1
                        """.formatted(MessageRows.COLUMNS))
                .param("id", conversation)
                .param("turn", turn)
                .query(rows::stored)
                .optional());
    }

    /**
     * What a turn adds to its conversation.
     *
     * @param parent number of the message that the first one follows
     * @param lastSeq number of the newest message when the turn began
     * @param title for a conversation that has none
     */
    public record Addition(
            Owner owner,
            UUID conversation,
            UUID turn,
            long parent,
            long lastSeq,
            String title,
            List<NewMessage> messages) {
        public Addition {
            messages = List.copyOf(messages);
        }
    }

    /**
     * What a turn has added to its conversation.
     *
     * @param changedAt time of this change, as the row has it
     * @param rows those of the messages, oldest first, with the columns of {@code sql/load-messages.sql}
     */
    public record Added(Instant changedAt, List<Map<String, Object>> rows) {}

    /**
     * Result of adding the messages of a turn.
     *
     * @param exists false if the conversation was deleted
     * @param added null if nothing was added now: also if an earlier attempt has succeeded
     */
    public record Ended(boolean exists, @Nullable Added added) {}

    /**
     * Adds the messages of a turn, and ends it.
     *
     * @param repeated whether an earlier attempt may have succeeded, unknown to the caller
     */
    public Ended add(Addition addition, boolean repeated, Instant time) {
        // As exact as the column, so that the row has it as it is.
        Instant now = time.truncatedTo(ChronoUnit.MICROS);
        if (!repeated && !addition.messages().isEmpty()) {
            List<Map<String, Object>> rows = database.call(client -> addTo(client, EXTEND_AND_ADD, addition, now)
                    .param("last", addition.lastSeq())
                    .param("rows", rows(addition, addition.lastSeq() + 1))
                    .query()
                    .listOfRows());
            if (!rows.isEmpty()) {
                return new Ended(true, new Added(now, rows));
            }
        }
        return database.transaction(
                client -> repeated && isStored(client, addition) ? new Ended(true, null) : add(client, addition, now));
    }

    private static boolean isStored(JdbcClient client, Addition addition) {
        return client.sql("""
                        SELECT 1 FROM conversation_messages
                        WHERE conversation_id = :id AND seq > :last AND turn = :turn LIMIT 1
                        """)
                .param("id", addition.conversation())
                .param("last", addition.lastSeq())
                .param("turn", addition.turn())
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    private Ended add(JdbcClient client, Addition addition, Instant now) {
        Optional<Extended> extended = addTo(client, EXTEND_ANY, addition, now)
                .query((row, number) -> new Extended(
                        row.getLong("last_seq"), Objects.requireNonNull(TimeColumn.read(row, "updated_at"))))
                .optional();
        if (extended.isEmpty()) {
            return new Ended(false, null);
        }
        long first = extended.get().lastSeq() - addition.messages().size() + 1;
        List<Map<String, Object>> rows = client.sql(ADD_AFTER_EXTENDING)
                .param("id", addition.conversation())
                .param("turn", addition.turn())
                .param("word", addition.owner().word())
                .param("key", cipher.keyId())
                .param("rows", rows(addition, first))
                .query()
                .listOfRows();
        return new Ended(true, new Added(extended.get().changedAt(), rows));
    }

    /** A statement with what it says of the conversation. */
    private JdbcClient.StatementSpec addTo(JdbcClient client, String statement, Addition addition, Instant now) {
        UUID id = addition.conversation();
        String word = addition.owner().word();
        String title = Objects.requireNonNull(MessageJson.storable(addition.title()));
        return client.sql(statement)
                .param("id", id)
                .param("turn", addition.turn())
                .param("word", word)
                .param("key", cipher.keyId())
                .param("count", addition.messages().size())
                .param("now", TimeColumn.of(now))
                .param("title", SealedTable.CONVERSATIONS.seal(cipher, "title", title, id))
                .param("words", SealedTable.array(cipher.words(word, title)));
    }

    private String rows(Addition addition, long first) {
        return MessageJson.rows(
                cipher,
                addition.conversation(),
                addition.owner().word(),
                addition.messages(),
                addition.parent(),
                first);
    }

    private record Extended(long lastSeq, Instant changedAt) {}

    /** Ends a turn that adds nothing. A conversation that it has begun, and that is empty, is deleted. */
    public void release(UUID conversation, UUID turn, boolean created) {
        String statement = created
                ? "DELETE FROM conversations WHERE id = :id AND turn = :turn AND last_seq = 0"
                : "UPDATE conversations SET turn = NULL, turn_until = NULL WHERE id = :id AND turn = :turn";
        int ignored = database.<Integer>call(client -> client.sql(statement)
                .param("id", conversation)
                .param("turn", turn)
                .update());
    }

    /** Lets turns hold their conversations for another lease. */
    public void prolong(Collection<UUID> conversations, Collection<UUID> turns, Duration lease) {
        int ignored = database.<Integer>call(client -> client.sql("""
                        UPDATE conversations SET turn_until = %s WHERE id = ANY(:ids) AND turn = ANY(:turns)
                        """.formatted(LEASED))
                .param("millis", lease.toMillis())
                .param("ids", conversations.toArray(UUID[]::new))
                .param("turns", turns.toArray(UUID[]::new))
                .update());
    }
}
