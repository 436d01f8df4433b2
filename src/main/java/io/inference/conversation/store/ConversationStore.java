package io.inference.conversation.store;

import io.inference.conversation.Conversation;
import io.inference.conversation.ConversationChange;
import io.inference.conversation.NewConversation;
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

    /** The words of a title, and the owner. */
    static final String SEARCH = "to_tsvector('simple', %s) || array_to_tsvector(ARRAY[:word])";

    private static final int DELETED_AT_A_TIME = 100;

    private final Database database;

    public ConversationStore(Database database) {
        this.database = database;
    }

    public Conversation add(Owner owner, UUID id, NewConversation wanted, Instant now) {
        return database.call(client -> client.sql("""
                        INSERT INTO conversations (id, owner, tenant, title, metadata, created_at, updated_at, search)
                        VALUES (:id, :owner, :tenant, :title, :metadata::json, :now, :now, %s) RETURNING %s
                        """.formatted(SEARCH.formatted(":title"), COLUMNS))
                .params(owner.parameters())
                .param("id", id)
                .param("title", MessageJson.storable(wanted.title()))
                .param("metadata", MessageJson.metadata(wanted.metadata()))
                .param("now", TimeColumn.of(now))
                .param("word", owner.word())
                .query(ConversationStore::read)
                .single());
    }

    public Optional<Conversation> find(Owner owner, UUID id) {
        return database.call(client -> client.sql("SELECT %s FROM conversations WHERE %s".formatted(COLUMNS, ITS_OWN))
                .params(owner.parameters())
                .param("id", id)
                .query(ConversationStore::read)
                .optional());
    }

    /**
     * Conversations of an owner, those that changed last first.
     *
     * @param words all have to occur in the title or in one message; null for all conversations
     * @param after the last one of the page before
     */
    public List<Conversation> list(Owner owner, @Nullable String words, @Nullable UUID after, int most) {
        String searched = words == null
                ? ""
                : """
                 AND numnode(plainto_tsquery('simple', :words)) > 0 AND id IN (
                    SELECT conversation_id FROM conversation_messages WHERE search @@ (%1$s)
                    UNION ALL SELECT id FROM conversations WHERE search @@ (%1$s)
                )""".formatted("plainto_tsquery('simple', :words) && quote_literal(:word)::tsquery");
        String older = after == null ? "" : """
                 AND (updated_at, id) < (
                    SELECT updated_at, id FROM conversations WHERE id = :after AND owner = :owner AND tenant = :tenant
                )""";
        Map<String, Object> values = new HashMap<>(owner.parameters());
        values.put("most", most);
        if (words != null) {
            values.put("words", Objects.requireNonNull(MessageJson.storable(words)));
            values.put("word", owner.word());
        }
        if (after != null) {
            values.put("after", after);
        }
        return database.call(client -> client.sql("""
                        SELECT %s FROM conversations WHERE owner = :owner AND tenant = :tenant%s%s
                        ORDER BY updated_at DESC, id DESC LIMIT :most
                        """.formatted(COLUMNS, searched, older))
                .params(values)
                .query(ConversationStore::read)
                .list());
    }

    public Optional<Conversation> change(Owner owner, UUID id, ConversationChange change, Instant now) {
        Map<String, @Nullable Object> values = new HashMap<>(owner.parameters());
        values.put("id", id);
        values.put("title", MessageJson.storable(change.title()));
        values.put("metadata", change.metadata() == null ? null : MessageJson.metadata(change.metadata()));
        values.put("now", TimeColumn.of(now));
        values.put("word", owner.word());
        return database.call(
                client -> client.sql("""
                        UPDATE conversations SET title = coalesce(:title, title),
                            metadata = coalesce(:metadata::json, metadata), updated_at = :now, search = %s
                        WHERE %s RETURNING %s
                        """.formatted(SEARCH.formatted("coalesce(:title, title)"), ITS_OWN, COLUMNS))
                        .params(values)
                        .query(ConversationStore::read)
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

    private static Conversation read(ResultSet row, int number) throws SQLException {
        return new Conversation(
                row.getObject("id", UUID.class),
                row.getString("title"),
                MessageJson.metadata(row.getString("metadata")),
                Objects.requireNonNull(TimeColumn.read(row, "created_at")),
                Objects.requireNonNull(TimeColumn.read(row, "updated_at")),
                row.getLong("head"),
                row.getInt("messages"));
    }
}
