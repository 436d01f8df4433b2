package io.inference.security.keys;

import io.inference.database.Database;
import io.inference.database.TimeColumn;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/** The table {@code api_keys}. Every method fails with {@code UNAVAILABLE} while the database is unavailable. */
final class ApiKeyStore {
    private static final String COLUMNS = """
            id, prefix, name, owner, groups, scopes, created_by, created_at, expires_at, last_used_at, revoked_at""";

    private final Database database;

    ApiKeyStore(Database database) {
        this.database = database;
    }

    ApiKey insert(UUID id, byte[] hash, String prefix, NewApiKey wanted, String owner, String createdBy) {
        return database.call(client -> client.sql("""
                        INSERT INTO api_keys (id, hash, prefix, name, owner, groups, scopes, created_by, expires_at)
                        VALUES (:id, :hash, :prefix, :name, :owner, :groups, :scopes, :createdBy, :expiresAt)
                        RETURNING %s
                        """.formatted(COLUMNS))
                .param("id", id)
                .param("hash", hash)
                .param("prefix", prefix)
                .param("name", wanted.name())
                .param("owner", owner)
                .param("groups", wanted.groups().toArray(String[]::new))
                .param("scopes", wanted.scopes().toArray(String[]::new))
                .param("createdBy", createdBy)
                .param(
                        "expiresAt",
                        wanted.expiresAt() == null ? null : TimeColumn.of(wanted.expiresAt()),
                        java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                .query(ApiKeyStore::read)
                .single());
    }

    Optional<ApiKey> find(byte[] hash) {
        return database.call(client -> client.sql("SELECT %s FROM api_keys WHERE hash = ?".formatted(COLUMNS))
                .param(hash)
                .query(ApiKeyStore::read)
                .optional());
    }

    /** @param after last key of the page before; null for the first page */
    List<ApiKey> list(@Nullable UUID after, int most) {
        String older = after == null
                ? ""
                : " WHERE (created_at, id) < (SELECT created_at, id FROM api_keys WHERE id = :after)";
        return database.call(client -> {
            StatementSpec statement = client.sql("""
                            SELECT %s FROM api_keys%s ORDER BY created_at DESC, id DESC LIMIT :most
                            """.formatted(COLUMNS, older)).param("most", most);
            return (after == null ? statement : statement.param("after", after))
                    .query(ApiKeyStore::read)
                    .list();
        });
    }

    /** Revokes a key and returns it; empty if there is no key of that id. The time of a first revocation is kept. */
    Optional<ApiKey> revoke(UUID id) {
        return database.call(client -> client.sql("""
                        UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id = ? RETURNING %s
                        """.formatted(COLUMNS))
                .param(id)
                .query(ApiKeyStore::read)
                .optional());
    }

    /** Stores that a key is used now, unless a replica did so within the last minute. */
    void noteUse(UUID id) {
        int ignored = database.<Integer>call(client -> client.sql("""
                        UPDATE api_keys SET last_used_at = now()
                        WHERE id = ? AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
                        """).param(id).update());
    }

    private static ApiKey read(ResultSet row, int number) throws SQLException {
        return new ApiKey(
                row.getObject("id", UUID.class),
                row.getString("prefix"),
                row.getString("name"),
                row.getString("owner"),
                texts(row.getArray("groups")),
                texts(row.getArray("scopes")),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                TimeColumn.read(row, "expires_at"),
                TimeColumn.read(row, "last_used_at"),
                TimeColumn.read(row, "revoked_at"));
    }

    private static Set<String> texts(Array array) throws SQLException {
        return Set.of((String[]) array.getArray());
    }
}
