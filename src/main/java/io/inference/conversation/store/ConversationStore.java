package io.inference.conversation.store;

import io.inference.conversation.Conversation;
import io.inference.conversation.ConversationChange;
import io.inference.conversation.NewConversation;
import io.inference.conversation.UnreadableException;
import io.inference.database.Database;
import io.inference.database.TimeColumn;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The table {@code conversations}, without the turns in progress. Each statement is about one owner's rows. */
public final class ConversationStore {
    private static final String COLUMNS =
            "id, title, metadata::text AS metadata, created_at, updated_at, head, messages";
    private static final String ITS_OWN = "id = :id AND owner = :owner AND tenant = :tenant";

    /** The words of a text, or what stands for them if it is encrypted, and the owner. */
    static final String SEARCH = "CASE WHEN CAST(%2$s AS text[]) IS NULL THEN to_tsvector('simple', %1$s)"
            + " ELSE array_to_tsvector(CAST(%2$s AS text[])) END || array_to_tsvector(ARRAY[:word])";

    /** Of a row of which a part is now encrypted under the current key. */
    static final String SEALED_BY = "CASE WHEN sealed_by = :key THEN sealed_by ELSE '" + SealedTable.MIXED + "' END";

    private static final int DELETED_AT_A_TIME = 100;

    private final Database database;
    private final TextCipher cipher;

    public ConversationStore(Database database, TextCipher cipher) {
        this.database = database;
        this.cipher = cipher;
    }

    public Conversation add(Owner owner, UUID id, NewConversation wanted, Instant now) {
        return database.call(client -> client.sql("""
                        INSERT INTO conversations (id, owner, tenant, title, metadata, created_at, updated_at,
                            sealed_by, search)
                        VALUES (:id, :owner, :tenant, :title, :metadata::json, :now, :now, :key, %s) RETURNING %s
                        """.formatted(SEARCH.formatted(":title", ":words"), COLUMNS))
                .params(owner.parameters())
                .params(sealed(owner, id, wanted.title(), wanted.metadata()))
                .param("now", TimeColumn.of(now))
                .query(this::read)
                .single());
    }

    public Optional<Conversation> find(Owner owner, UUID id) {
        return database.call(client -> client.sql("SELECT %s FROM conversations WHERE %s".formatted(COLUMNS, ITS_OWN))
                .params(owner.parameters())
                .param("id", id)
                .query(this::read)
                .optional());
    }

    /** The values of a row, encrypted; null for those that are not given. */
    private Map<String, @Nullable Object> sealed(
            Owner owner, UUID id, @Nullable String title, @Nullable Map<String, String> metadata) {
        Map<String, @Nullable Object> values = new HashMap<>();
        String text = MessageJson.storable(title);
        values.put("id", id);
        values.put("key", cipher.keyId());
        values.put("word", owner.word());
        values.put("title", text == null ? null : SealedTable.CONVERSATIONS.seal(cipher, "title", text, id));
        values.put("words", SealedTable.array(cipher.words(owner.word(), text == null ? "" : text)));
        values.put("metadata", metadata == null ? null : metadata(metadata, id));
        return values;
    }

    private String metadata(Map<String, String> metadata, UUID id) {
        String json = MessageJson.metadata(metadata);
        return metadata.isEmpty() ? json : SealedTable.CONVERSATIONS.seal(cipher, "metadata", json, id);
    }

    /**
     * Conversations of an owner, those that changed last first.
     *
     * A conversation whose key is missing has neither title nor metadata.
     *
     * @param words all have to occur in the title or in one message; null for all conversations
     * @param after the last one of the page before
     */
    public List<Conversation> list(Owner owner, @Nullable String words, @Nullable UUID after, int most) {
        Map<String, Object> values = new HashMap<>(owner.parameters());
        values.put("most", most);
        String searched = words == null ? "" : searched(owner, words, values);
        String older = after == null ? "" : """
                 AND (updated_at, id) < (
                    SELECT updated_at, id FROM conversations WHERE id = :after AND owner = :owner AND tenant = :tenant
                )""";
        if (after != null) {
            values.put("after", after);
        }
        return database.call(client -> client.sql("""
                        SELECT %s FROM conversations WHERE owner = :owner AND tenant = :tenant%s%s
                        ORDER BY updated_at DESC, id DESC LIMIT :most
                        """.formatted(COLUMNS, searched, older))
                .params(values)
                .query(this::listed)
                .list());
    }

    /**
     * Ids of an owner's conversations, in their order.
     *
     * @param after the last one of the page before
     */
    public List<UUID> ids(Owner owner, @Nullable UUID after, int most) {
        String rest = after == null ? "" : " AND id > :after";
        Map<String, Object> values = new HashMap<>(owner.parameters());
        values.put("most", most);
        if (after != null) {
            values.put("after", after);
        }
        return database.call(client ->
                client.sql("""
                        SELECT id FROM conversations WHERE owner = :owner AND tenant = :tenant%s ORDER BY id LIMIT :most
                        """.formatted(rest)).params(values).query(UUID.class).list());
    }

    /** The condition that all words occur in the title or in one message, whatever key these are sealed under. */
    private String searched(Owner owner, String words, Map<String, Object> values) {
        String query = "plainto_tsquery('simple', :words)";
        String sealed = cipher.query(owner.word(), words);
        if (!sealed.isEmpty()) {
            query = "(" + query + " || CAST(:sealed AS tsquery))";
            values.put("sealed", sealed);
        }
        values.put("words", Objects.requireNonNull(MessageJson.storable(words)));
        values.put("word", owner.word());
        return """
                 AND numnode(%1$s) > 0 AND id IN (
                    SELECT conversation_id FROM conversation_messages WHERE search @@ (%2$s)
                    UNION ALL SELECT id FROM conversations WHERE search @@ (%2$s)
                )""".formatted(query, query + " && quote_literal(:word)::tsquery");
    }

    public Optional<Conversation> change(Owner owner, UUID id, ConversationChange change, Instant now) {
        Map<String, @Nullable Object> values = sealed(owner, id, change.title(), change.metadata());
        values.putAll(owner.parameters());
        values.put("now", TimeColumn.of(now));
        // A conversation that cannot be decrypted is not changed.
        return database.transaction(
                client -> client.sql("""
                        UPDATE conversations SET title = coalesce(:title, title),
                            metadata = coalesce(:metadata::json, metadata), updated_at = :now,
                            sealed_by = %s,
                            search = CASE WHEN CAST(:title AS text) IS NULL THEN search ELSE %s END
                        WHERE %s RETURNING %s
                        """.formatted(SEALED_BY, SEARCH.formatted(":title", ":words"), ITS_OWN, COLUMNS))
                        .params(values)
                        .query(this::read)
                        .optional());
    }

    /** Deletes a conversation with its messages; false if there is none of that id. */
    public boolean delete(Owner owner, UUID id) {
        return database.<Integer>call(client -> client.sql("DELETE FROM conversations WHERE " + ITS_OWN)
                        .params(owner.parameters())
                        .param("id", id)
                        .update())
                > 0;
    }

    /**
     * Deletes all conversations of an owner, in parts that each take a short time; returns how many.
     *
     * @param deleted receives the ids of each part
     */
    public int deleteAll(Owner owner, Consumer<List<UUID>> deleted) {
        int all = 0;
        List<UUID> part;
        do {
            part = database.call(client -> client.sql("""
                            DELETE FROM conversations WHERE id IN (
                                SELECT id FROM conversations WHERE owner = :owner AND tenant = :tenant
                                ORDER BY id LIMIT :most FOR UPDATE
                            ) RETURNING id
                            """)
                    .params(owner.parameters())
                    .param("most", DELETED_AT_A_TIME)
                    .query(UUID.class)
                    .list());
            deleted.accept(part);
            all += part.size();
        } while (!part.isEmpty());
        return all;
    }

    private Conversation read(ResultSet row, int number) throws SQLException {
        UUID id = row.getObject("id", UUID.class);
        String title = SealedTable.CONVERSATIONS.open(cipher, "title", row.getString("title"), id);
        String metadata = SealedTable.CONVERSATIONS.open(cipher, "metadata", row.getString("metadata"), id);
        return conversation(row, id, title, MessageJson.metadata(metadata));
    }

    /** One conversation that cannot be decrypted does not hide the others. */
    private Conversation listed(ResultSet row, int number) throws SQLException {
        try {
            return read(row, number);
        } catch (UnreadableException e) {
            return conversation(row, row.getObject("id", UUID.class), "", Map.of());
        }
    }

    private static Conversation conversation(ResultSet row, UUID id, String title, Map<String, String> metadata)
            throws SQLException {
        return new Conversation(
                id,
                title,
                metadata,
                Objects.requireNonNull(TimeColumn.read(row, "created_at")),
                Objects.requireNonNull(TimeColumn.read(row, "updated_at")),
                row.getLong("head"),
                row.getInt("messages"));
    }
}
