package io.inference.job.file;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.database.Database;
import io.inference.database.TimeColumn;
import java.io.IOException;
import java.io.InputStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The files of all callers. Every method fails with {@code UNAVAILABLE} while the database is unavailable. */
public final class Files {
    static final int PART_BYTES = 1024 * 1024;

    private static final String COLUMNS = "id, owner, tenant, filename, purpose, bytes, created_at";

    private final Database database;
    private final long mostBytes;

    /** @param mostBytes largest size of all files of one caller */
    public Files(Database database, long mostBytes) {
        this.database = database;
        this.mostBytes = mostBytes;
    }

    /**
     * Stores an upload while it is read.
     *
     * @throws InferenceException with {@code STORAGE_FULL} if it exceeds its owner's limit, or the database has no
     *     space
     */
    public StoredFile store(Caller owner, String filename, InputStream content) throws IOException {
        try (FileWriter writer = writer(UUID.randomUUID(), owner, filename, StoredFile.INPUT)) {
            byte[] part = new byte[PART_BYTES];
            for (int count = content.readNBytes(part, 0, part.length);
                    count > 0;
                    count = content.readNBytes(part, 0, part.length)) {
                writer.write(part, count);
            }
            return writer.finish();
        }
    }

    /** A file to be written; replaces one of the same id. */
    public FileWriter writer(UUID id, Caller owner, String filename, String purpose) {
        Map<String, Object> values = new HashMap<>();
        values.put("id", id);
        values.put("owner", owner.subject());
        values.put("tenant", owner.tenantOrEmpty());
        values.put("filename", filename);
        values.put("purpose", purpose);
        values.put("now", TimeColumn.of(Instant.now()));
        delete(id);
        int ignored =
                database.<Integer>call(client -> client.sql("""
                        INSERT INTO files (id, owner, tenant, filename, purpose, created_at)
                        VALUES (:id, :owner, :tenant, :filename, :purpose, :now)
                        """).params(values).update());
        // Not limited: the output of batches is bounded by the uploads, and losing completed work would be worse.
        long room = purpose.equals(StoredFile.INPUT) ? mostBytes - used(owner) : Long.MAX_VALUE;
        return new FileWriter(this, id, room);
    }

    private long used(Caller owner) {
        return database.call(
                client -> client.sql("SELECT coalesce(sum(bytes), 0) FROM files WHERE owner = ? AND tenant = ?")
                        .params(owner.subject(), owner.tenantOrEmpty())
                        .query(Long.class)
                        .single());
    }

    void addPart(UUID id, int number, byte[] bytes) {
        int ignored = database.<Integer>call(
                client -> client.sql("INSERT INTO file_parts (file_id, number, bytes) VALUES (?, ?, ?)")
                        .params(id, number, bytes)
                        .update());
    }

    StoredFile complete(UUID id, long bytes) {
        return database.call(
                client -> client.sql("UPDATE files SET bytes = ? WHERE id = ? RETURNING %s".formatted(COLUMNS))
                        .params(bytes, id)
                        .query(Files::read)
                        .optional()
                        .orElseThrow(() -> new InferenceException(
                                ErrorCode.CONFLICT, "the file was deleted while it was stored")));
    }

    public Optional<StoredFile> find(UUID id) {
        return database.call(
                client -> client.sql("SELECT %s FROM files WHERE id = ? AND bytes IS NOT NULL".formatted(COLUMNS))
                        .param(id)
                        .query(Files::read)
                        .optional());
    }

    /**
     * @param purpose null for all
     * @param after the last file of the previous page; null for the first page
     */
    public FilePage list(Caller owner, @Nullable String purpose, @Nullable UUID after, int most) {
        Map<String, Object> values = new HashMap<>();
        values.put("owner", owner.subject());
        values.put("tenant", owner.tenantOrEmpty());
        values.put("most", most + 1);
        StringBuilder conditions = new StringBuilder();
        if (purpose != null) {
            conditions.append(" AND purpose = :purpose");
            values.put("purpose", purpose);
        }
        if (after != null) {
            conditions.append(" AND (created_at, id) < (SELECT created_at, id FROM files WHERE id = :after)");
            values.put("after", after);
        }
        List<StoredFile> files = database.call(client -> client.sql("""
                        SELECT %s FROM files WHERE owner = :owner AND tenant = :tenant AND bytes IS NOT NULL%s
                        ORDER BY created_at DESC, id DESC LIMIT :most
                        """.formatted(COLUMNS, conditions))
                .params(values)
                .query(Files::read)
                .list());
        return new FilePage(files.subList(0, Math.min(most, files.size())), files.size() > most);
    }

    /** Content of the file, fetched a part at a time. */
    public InputStream open(UUID id) {
        return new PartsInputStream(number ->
                database.call(client -> client.sql("SELECT bytes FROM file_parts WHERE file_id = ? AND number = ?")
                        .params(id, number)
                        .query(byte[].class)
                        .optional()));
    }

    public void delete(UUID id) {
        int ignored = database.<Integer>call(
                client -> client.sql("DELETE FROM files WHERE id = ?").param(id).update());
    }

    private static StoredFile read(ResultSet row, int number) throws SQLException {
        String tenant = row.getString("tenant");
        return new StoredFile(
                row.getObject("id", UUID.class),
                row.getString("owner"),
                tenant.isEmpty() ? null : tenant,
                row.getString("filename"),
                row.getString("purpose"),
                row.getLong("bytes"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
