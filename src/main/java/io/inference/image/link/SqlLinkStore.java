package io.inference.image.link;

import io.inference.api.call.Caller;
import io.inference.database.Database;
import io.inference.database.TimeColumn;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** In PostgreSQL. */
final class SqlLinkStore implements LinkStore {
    private final Database database;

    SqlLinkStore(Database database) {
        this.database = database;
    }

    @Override
    public Optional<byte[]> secret(long period) {
        return database.call(client -> client.sql("SELECT secret FROM image_link_keys WHERE period = ?")
                .param(period)
                .query(byte[].class)
                .optional());
    }

    @Override
    public byte[] secretOrNew(long period, byte[] fresh, long oldest) {
        return database.transaction(client -> {
            int ignored = client.sql("DELETE FROM image_link_keys WHERE period < ?")
                    .param(oldest)
                    .update();
            int added = client.sql("""
                            INSERT INTO image_link_keys (period, secret, created_at) VALUES (?, ?, ?)
                            ON CONFLICT DO NOTHING
                            """)
                    .params(period, fresh, TimeColumn.of(Instant.now()))
                    .update();
            return added == 1
                    ? fresh
                    : client.sql("SELECT secret FROM image_link_keys WHERE period = ?")
                            .param(period)
                            .query(byte[].class)
                            .single();
        });
    }

    @Override
    public int version(UUID image) {
        return database.call(client -> client.sql("SELECT version FROM image_link_versions WHERE image_id = ?")
                .param(image)
                .query(Integer.class)
                .optional()
                .orElse(0));
    }

    @Override
    public Optional<Owner> owner(UUID image) {
        return database.call(client -> client.sql("""
                        SELECT owner, tenant, coalesce(version, 0) AS version FROM images
                        LEFT JOIN image_link_versions ON image_id = id
                        WHERE id = ?
                        """)
                .param(image)
                .query((row, number) -> {
                    String tenant = row.getString("tenant");
                    return new Owner(
                            new Caller(
                                    row.getString("owner"),
                                    Set.of(),
                                    Set.of(),
                                    tenant.isEmpty() ? null : tenant,
                                    Caller.Kind.USER),
                            row.getInt("version"));
                })
                .optional());
    }

    @Override
    public void revoke(UUID image) {
        int ignored =
                database.<Integer>call(client -> client.sql("""
                        INSERT INTO image_link_versions (image_id, version) VALUES (?, 1)
                        ON CONFLICT (image_id) DO UPDATE SET version = image_link_versions.version + 1
                        """).param(image).update());
    }
}
