package io.inference.image.store;

import io.inference.api.call.Caller;
import io.inference.database.TimeColumn;
import io.inference.image.ImageIds;
import io.inference.image.ImageKind;
import io.inference.image.ImageQuery;
import io.inference.image.NewImage;
import io.inference.image.StoredImage;
import io.inference.image.check.ImageType;
import io.inference.image.file.FileName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The statements on {@code images} and {@code image_files}. Each is one part of a transaction of its caller. */
final class ImageRows {
    /** Held shared from before a file is placed until its row is committed. */
    private static final String STORING = "hashtextextended('images: storing', 0)";

    private static final String SELECT = """
            SELECT image.*, file.name AS file_name, file.media_type, file.width, file.height
            FROM images AS image JOIN image_files AS file USING (sha256)
            """;

    private static final String SINCE = " CASE image.kind WHEN 'uploaded' THEN :uploadsSince ELSE :generatedSince END";

    /** Of an owner, not expired. */
    private static final String VISIBLE =
            " WHERE image.owner = :owner AND image.tenant = :tenant AND image.created_at >" + SINCE;

    private static final String EXPIRED = " WHERE image.created_at <=" + SINCE;

    private static final String SEARCHED = "lower(concat_ws(' ', image.prompt, image.revised_prompt, image.name))";

    private static final String AFTER = " AND (image.created_at, image.id) < ("
            + "SELECT created_at, id FROM images WHERE id = :after AND owner = :owner AND tenant = :tenant)";

    private final Retention retention;

    ImageRows(Retention retention) {
        this.retention = retention;
    }

    /**
     * A file that has rows.
     *
     * @param sha256 of its bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record StoredFile(byte[] sha256, FileName name, long bytes) {}

    /** Excludes {@link #awaitStores}, and other pictures of this owner, until the transaction ends. */
    void lock(JdbcClient client, Caller owner) {
        Object ignored = client.sql("SELECT pg_advisory_xact_lock_shared(" + STORING
                        + "), pg_advisory_xact_lock(hashtextextended(?, 0))")
                .param("images: " + owner.tenantOrEmpty().length() + ":" + owner.tenantOrEmpty() + owner.subject())
                .query((row, number) -> "")
                .single();
    }

    /** Waits until all transactions have ended that hold the lock now. */
    void awaitStores(JdbcClient client) {
        Object ignored = client.sql("SELECT pg_advisory_xact_lock(" + STORING + ")")
                .query((row, number) -> "")
                .single();
    }

    /** What an owner has: files and bytes. */
    record Used(long files, long bytes) {}

    Used used(JdbcClient client, Caller owner) {
        return client.sql("""
                        SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes FROM images
                        WHERE owner = ? AND tenant = ?
                        """)
                .params(owner.subject(), owner.tenantOrEmpty())
                .query(ImageRows::readUsed)
                .single();
    }

    /** The file with these bytes, which is not deleted until the transaction ends. */
    Optional<StoredFile> keepFile(JdbcClient client, byte[] sha256) {
        return client.sql("SELECT sha256, name, media_type, bytes FROM image_files WHERE sha256 = ? FOR KEY SHARE")
                .param(sha256)
                .query(ImageRows::readFile)
                .optional();
    }

    /** Adds a file, unless there is one with these bytes; returns the name of the one that there is. */
    UUID addFile(JdbcClient client, StoredFile file, int width, int height) {
        Map<String, Object> values = new HashMap<>();
        values.put("sha256", file.sha256());
        values.put("name", file.name().name());
        values.put("mediaType", file.name().type().mediaType());
        values.put("bytes", file.bytes());
        values.put("width", width);
        values.put("height", height);
        values.put("now", TimeColumn.of(Instant.now()));
        return client.sql("""
                        INSERT INTO image_files (sha256, name, media_type, bytes, width, height, created_at)
                        VALUES (:sha256, :name, :mediaType, :bytes, :width, :height, :now)
                        ON CONFLICT (sha256) DO UPDATE SET bytes = excluded.bytes
                        RETURNING name
                        """).params(values).query(UUID.class).single();
    }

    /** Another file now has these bytes. */
    void replaceFile(JdbcClient client, byte[] sha256, UUID name) {
        int ignored = client.sql("UPDATE image_files SET name = ? WHERE sha256 = ?")
                .params(name, sha256)
                .update();
    }

    void add(JdbcClient client, UUID id, Caller owner, byte[] sha256, long bytes, NewImage details) {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("id", id);
        values.put("owner", owner.subject());
        values.put("tenant", owner.tenantOrEmpty());
        values.put("kind", details.kind().label());
        values.put("sha256", sha256);
        values.put("bytes", bytes);
        values.put("prompt", text(details.prompt()));
        values.put("revised", text(details.revisedPrompt()));
        values.put("model", text(details.model()));
        values.put("request", details.requestId());
        values.put("number", details.number());
        values.put("name", text(details.name()));
        values.put("now", TimeColumn.of(Instant.now()));
        int ignored = client.sql("""
                        INSERT INTO images (id, owner, tenant, kind, sha256, bytes, prompt, revised_prompt, model,
                            request_id, number, name, created_at)
                        VALUES (:id, :owner, :tenant, :kind, :sha256, :bytes, :prompt, :revised, :model,
                            :request, :number, :name, :now)
                        """).params(values).update();
    }

    /** A text as PostgreSQL can hold it: it has no zero in texts. */
    private static @Nullable String text(@Nullable String text) {
        return text == null ? null : text.replace('\0', ' ');
    }

    Optional<StoredImage> find(JdbcClient client, Caller owner, UUID id) {
        return client.sql(SELECT + VISIBLE + " AND image.id = :id")
                .params(visible(owner))
                .param("id", id)
                .query(this::read)
                .optional();
    }

    /** Whether an owner has a picture, expired or not. */
    boolean exists(JdbcClient client, Caller owner, UUID id) {
        return client.sql("SELECT count(*) FROM images WHERE id = ? AND owner = ? AND tenant = ?")
                        .params(id, owner.subject(), owner.tenantOrEmpty())
                        .query(Integer.class)
                        .single()
                > 0;
    }

    /** The picture that an earlier run of a request stored. */
    Optional<StoredImage> findRepeated(JdbcClient client, Caller owner, String requestId, int number) {
        return client.sql(SELECT + " WHERE image.owner = ? AND image.tenant = ? AND request_id = ? AND number = ?")
                .params(owner.subject(), owner.tenantOrEmpty(), requestId, number)
                .query(this::read)
                .optional();
    }

    /** One more than are wanted, if there are more. */
    List<StoredImage> list(JdbcClient client, Caller owner, ImageQuery query, @Nullable UUID after) {
        StringBuilder conditions = new StringBuilder();
        Map<String, Object> values = visible(owner);
        if (query.words() != null) {
            int count = 0;
            for (String word : query.words().strip().split("\\s+")) {
                String name = "word" + count++;
                conditions.append(" AND position(:" + name + " IN " + SEARCHED + ") > 0");
                values.put(name, word.replace('\0', ' ').toLowerCase(Locale.ROOT));
            }
        }
        if (after != null) {
            conditions.append(AFTER);
            values.put("after", after);
        }
        return client.sql(SELECT + VISIBLE + conditions + " ORDER BY image.created_at DESC, image.id DESC LIMIT :most")
                .params(values)
                .param("most", query.most() + 1)
                .query(this::read)
                .list();
    }

    /** Deletes a picture; returns the bytes that it had, empty if there was none. */
    Optional<byte[]> delete(JdbcClient client, Caller owner, UUID id) {
        return client.sql("DELETE FROM images WHERE id = ? AND owner = ? AND tenant = ? RETURNING sha256")
                .params(id, owner.subject(), owner.tenantOrEmpty())
                .query(byte[].class)
                .optional();
    }

    /** Deletes the row of a file if no picture has these bytes; returns the file, which is to be deleted afterwards. */
    Optional<FileName> deleteUnused(JdbcClient client, byte[] sha256) {
        // First the lock, so that the next statement sees what those committed who had it before.
        boolean exists = client.sql("SELECT 1 FROM image_files WHERE sha256 = ? FOR UPDATE")
                .param(sha256)
                .query(Integer.class)
                .optional()
                .isPresent();
        return exists
                ? client.sql("""
                                DELETE FROM image_files AS file
                                WHERE sha256 = ? AND NOT EXISTS (SELECT FROM images WHERE sha256 = file.sha256)
                                RETURNING sha256, name, media_type, bytes
                                """)
                        .param(sha256)
                        .query(ImageRows::readFile)
                        .optional()
                        .map(StoredFile::name)
                : Optional.empty();
    }

    /** Files that no picture has, of pictures that expired. */
    List<byte[]> unused(JdbcClient client, int most) {
        return client.sql("""
                        SELECT sha256 FROM image_files AS file
                        WHERE NOT EXISTS (SELECT FROM images WHERE sha256 = file.sha256) LIMIT ?
                        """).param(most).query(byte[].class).list();
    }

    /** All files. */
    Used stored(JdbcClient client) {
        return client.sql("SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes FROM image_files")
                .query(ImageRows::readUsed)
                .single();
    }

    /** Pictures whose time is over, the oldest first. */
    List<StoredImage> expired(JdbcClient client, int most) {
        return client.sql(SELECT + EXPIRED + " ORDER BY image.created_at LIMIT :most")
                .params(since())
                .param("most", most)
                .query(this::read)
                .list();
    }

    /** All pictures whose time is over. */
    Used expiredSum(JdbcClient client) {
        return client.sql("SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes FROM images AS image" + EXPIRED)
                .params(since())
                .query(ImageRows::readUsed)
                .single();
    }

    private static Used readUsed(ResultSet row, int number) throws SQLException {
        return new Used(row.getLong("files"), row.getLong("bytes"));
    }

    /** Those of these names that are files' names. */
    List<UUID> names(JdbcClient client, List<UUID> names) {
        return client.sql("SELECT name FROM image_files WHERE name = ANY(?)")
                .param(names.toArray(UUID[]::new))
                .query(UUID.class)
                .list();
    }

    /** Some files in the order of their hashes, after this one. */
    List<StoredFile> files(JdbcClient client, byte[] after, int most) {
        return client.sql("SELECT sha256, name, media_type, bytes FROM image_files WHERE sha256 > ?"
                        + " ORDER BY sha256 LIMIT ?")
                .params(after, most)
                .query(ImageRows::readFile)
                .list();
    }

    boolean hasFile(JdbcClient client, StoredFile file) {
        return client.sql("SELECT count(*) FROM image_files WHERE sha256 = ? AND name = ?")
                        .params(file.sha256(), file.name().name())
                        .query(Integer.class)
                        .single()
                > 0;
    }

    /** Deletes a file's row with its pictures, unless another file has its bytes now; returns how many pictures. */
    int deleteFile(JdbcClient client, StoredFile file) {
        boolean same = client.sql("SELECT 1 FROM image_files WHERE sha256 = ? AND name = ? FOR UPDATE")
                .params(file.sha256(), file.name().name())
                .query(Integer.class)
                .optional()
                .isPresent();
        if (!same) {
            return 0;
        }
        int pictures = client.sql("DELETE FROM images WHERE sha256 = ?")
                .param(file.sha256())
                .update();
        int ignored = client.sql("DELETE FROM image_files WHERE sha256 = ?")
                .param(file.sha256())
                .update();
        return pictures;
    }

    private Map<String, Object> visible(Caller owner) {
        Map<String, Object> values = since();
        values.put("owner", owner.subject());
        values.put("tenant", owner.tenantOrEmpty());
        return values;
    }

    private Map<String, Object> since() {
        Map<String, Object> values = new HashMap<>();
        values.put("uploadsSince", TimeColumn.of(retention.expired(ImageKind.UPLOADED)));
        values.put("generatedSince", TimeColumn.of(retention.expired(ImageKind.GENERATED)));
        return values;
    }

    private static StoredFile readFile(ResultSet row, int number) throws SQLException {
        return new StoredFile(
                row.getBytes("sha256"),
                new FileName(row.getObject("name", UUID.class), type(row)),
                row.getLong("bytes"));
    }

    private static ImageType type(ResultSet row) throws SQLException {
        String mediaType = row.getString("media_type");
        return ImageType.ofMediaType(mediaType)
                .orElseThrow(() -> new IllegalStateException("a row has the media type " + mediaType));
    }

    private StoredImage read(ResultSet row, int number) throws SQLException {
        String tenant = row.getString("tenant");
        ImageKind kind = ImageKind.of(row.getString("kind"));
        Instant createdAt = TimeColumn.read(row, "created_at");
        if (createdAt == null) {
            throw new IllegalStateException("a row has no time");
        }
        ImageType type = type(row);
        return new StoredImage(
                ImageIds.of(row.getObject("id", UUID.class)),
                row.getString("owner"),
                tenant.isEmpty() ? null : tenant,
                kind,
                type.mediaType(),
                row.getLong("bytes"),
                row.getInt("width"),
                row.getInt("height"),
                HexFormat.of().formatHex(row.getBytes("sha256")),
                new FileName(row.getObject("file_name", UUID.class), type).toString(),
                row.getString("prompt"),
                row.getString("revised_prompt"),
                row.getString("model"),
                createdAt,
                retention.expiry(kind, createdAt),
                row.getString("request_id"),
                row.getString("name"));
    }
}
