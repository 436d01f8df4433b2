package io.inference.job.batch;

import com.fasterxml.jackson.core.type.TypeReference;
import io.inference.api.call.Caller;
import io.inference.database.Database;
import io.inference.database.TimeColumn;
import io.inference.job.JobTask;
import io.inference.job.store.JobJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code batches}. A replica processes a batch while it has its lease; every step is one conditional
 * statement.
 */
final class BatchStore {
    private static final String UPDATE =
            "UPDATE batches SET %s WHERE id = :id AND lease_owner = :me AND status = :status";

    private static final Duration LEASE = Duration.ofSeconds(30);

    private final Database database;
    private final UUID me = UUID.randomUUID();

    BatchStore(Database database) {
        this.database = database;
    }

    Batch insert(NewBatch batch) {
        Instant now = Instant.now();
        Map<String, Object> values = new HashMap<>();
        values.put("id", UUID.randomUUID());
        values.put("owner", batch.caller().subject());
        values.put("tenant", batch.caller().tenantOrEmpty());
        values.put("caller", JobJson.write(batch.caller()));
        values.put("input", batch.inputFileId());
        values.put("task", batch.task().label());
        values.put("endpoint", batch.endpoint());
        values.put("window", batch.completionWindow());
        values.put("metadata", JobJson.text(batch.metadata()));
        values.put("now", TimeColumn.of(now));
        values.put("expires", TimeColumn.of(now.plus(batch.window())));
        return database.call(
                client -> client.sql("""
                        INSERT INTO batches (id, owner, tenant, caller, input_file_id, task, endpoint,
                            completion_window, metadata, status, created_at, expires_at)
                        VALUES (:id, :owner, :tenant, :caller::json, :input, :task, :endpoint,
                            :window, :metadata::json, 'validating', :now, :expires)
                        RETURNING *
                        """).params(values).query(BatchStore::read).single());
    }

    Optional<Batch> find(UUID id) {
        return database.call(client -> client.sql("SELECT * FROM batches WHERE id = ?")
                .param(id)
                .query(BatchStore::read)
                .optional());
    }

    List<Batch> list(Caller owner, @Nullable UUID after, int most) {
        Map<String, Object> values = new HashMap<>();
        values.put("owner", owner.subject());
        values.put("tenant", owner.tenantOrEmpty());
        values.put("most", most);
        String older =
                after == null ? "" : " AND (created_at, id) < (SELECT created_at, id FROM batches WHERE id = :after)";
        if (after != null) {
            values.put("after", after);
        }
        return database.call(client -> client.sql("""
                        SELECT * FROM batches WHERE owner = :owner AND tenant = :tenant%s
                        ORDER BY created_at DESC, id DESC LIMIT :most
                        """.formatted(older))
                .params(values)
                .query(BatchStore::read)
                .list());
    }

    /** Marks it as cancelling; empty if it has ended or its result is being written. */
    Optional<Batch> cancelling(UUID id) {
        return database.call(client -> client.sql("""
                        UPDATE batches SET status = 'cancelling', cancelling_at = ?
                        WHERE id = ? AND status IN ('validating', 'in_progress') RETURNING *
                        """)
                .params(TimeColumn.of(Instant.now()), id)
                .query(BatchStore::read)
                .optional());
    }

    /** Leases the batches that no replica processes. */
    List<Batch> claim() {
        Instant now = Instant.now();
        return database.call(client -> client.sql("""
                        UPDATE batches SET lease_owner = :me, lease_until = :until
                        WHERE id IN (
                            SELECT id FROM batches WHERE ended_at IS NULL
                                AND (lease_owner = :me OR lease_until IS NULL OR lease_until < :now)
                            ORDER BY created_at LIMIT 100 FOR UPDATE SKIP LOCKED
                        )
                        RETURNING *
                        """)
                .param("me", me)
                .param("now", TimeColumn.of(now))
                .param("until", TimeColumn.of(now.plus(LEASE)))
                .query(BatchStore::read)
                .list());
    }

    /**
     * Prolongs the lease, between the parts of long work. False if another replica has the batch or its status has
     * changed.
     */
    boolean holds(Batch batch) {
        return update(
                        batch,
                        "lease_until = :until",
                        Map.of("until", TimeColumn.of(Instant.now().plus(LEASE))))
                == 1;
    }

    /** Releases the lease, so that another replica can continue the batch at once. */
    void release(Batch batch) {
        int ignored = database.<Integer>call(client -> client.sql(
                        "UPDATE batches SET lease_owner = NULL, lease_until = NULL WHERE id = ? AND lease_owner = ?")
                .params(batch.id(), me)
                .update());
    }

    void failed(Batch batch, List<LineFault> faults) {
        end(
                batch,
                "status = 'failed', errors = :errors::json, ended_at = :now",
                Map.of("errors", JobJson.text(faults), "now", TimeColumn.of(Instant.now())));
    }

    void inProgress(Batch batch, int total) {
        int ignored = update(
                batch,
                "status = 'in_progress', total = :total, in_progress_at = :now",
                Map.of("total", total, "now", TimeColumn.of(Instant.now())));
    }

    void expiring(Batch batch) {
        int ignored = update(batch, "expiring = true", Map.of());
    }

    Optional<Batch> finalizing(Batch batch) {
        int changed = update(
                batch,
                "status = CASE status WHEN 'cancelling' THEN status ELSE 'finalizing' END, finalizing_at = :now",
                Map.of("now", TimeColumn.of(Instant.now())));
        return changed == 1 ? find(batch.id()) : Optional.empty();
    }

    /** A batch that was cancelled while it was read has only the lines that had been read. */
    void ended(Batch batch, BatchStatus last, @Nullable UUID output, @Nullable UUID errors, int completed, int failed) {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("last", last.label());
        values.put("output", output);
        values.put("faulty", errors);
        values.put("completed", completed);
        values.put("failed", failed);
        values.put("now", TimeColumn.of(Instant.now()));
        end(batch, """
                        status = :last, output_file_id = :output::uuid, error_file_id = :faulty::uuid,
                        completed = :completed, failed = :failed, total = greatest(total, :completed + :failed),
                        ended_at = :now""", values);
    }

    /** Its lines go at the same moment: nothing would delete what a crash left of them. */
    private void end(Batch batch, String what, Map<String, ? extends @Nullable Object> values) {
        int ignored = run(
                "WITH ended AS (" + UPDATE.formatted(what)
                        + " RETURNING id) DELETE FROM jobs USING ended WHERE jobs.batch_id = ended.id",
                batch,
                values);
    }

    private int update(Batch batch, String what, Map<String, ? extends @Nullable Object> values) {
        return run(UPDATE.formatted(what), batch, values);
    }

    private int run(String statement, Batch batch, Map<String, ? extends @Nullable Object> values) {
        Map<String, @Nullable Object> all = new HashMap<>(values);
        all.put("id", batch.id());
        all.put("me", me);
        all.put("status", batch.status().label());
        return database.<Integer>call(
                client -> client.sql(statement).params(all).update());
    }

    private static Batch read(ResultSet row, int number) throws SQLException {
        return new Batch(
                row.getObject("id", UUID.class),
                JobJson.caller(row.getString("caller")),
                row.getObject("input_file_id", UUID.class),
                JobTask.valueOf(row.getString("task").toUpperCase(Locale.ROOT)),
                row.getString("endpoint"),
                row.getString("completion_window"),
                JobJson.value(row.getString("metadata"), new TypeReference<Map<String, String>>() {}, Map.of()),
                BatchStatus.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getBoolean("expiring"),
                JobJson.value(row.getString("errors"), new TypeReference<List<LineFault>>() {}, List.of()),
                row.getObject("output_file_id", UUID.class),
                row.getObject("error_file_id", UUID.class),
                row.getInt("total"),
                row.getInt("completed"),
                row.getInt("failed"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("expires_at", OffsetDateTime.class).toInstant(),
                TimeColumn.read(row, "in_progress_at"),
                TimeColumn.read(row, "finalizing_at"),
                TimeColumn.read(row, "cancelling_at"),
                TimeColumn.read(row, "ended_at"));
    }
}
