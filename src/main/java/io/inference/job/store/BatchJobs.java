package io.inference.job.store;

import io.inference.api.call.Caller;
import io.inference.database.Database;
import io.inference.database.TimeColumn;
import io.inference.job.JobAnswer;
import io.inference.job.JobError;
import io.inference.job.JobPriority;
import io.inference.job.JobState;
import io.inference.job.JobTask;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that are lines of batches. They run like any other job, with the lowest priority; they are neither listed
 * nor delivered one by one, and stay until their batch deletes them.
 */
public final class BatchJobs {
    /** Their {@link io.inference.job.Job#door}. */
    public static final String DOOR = "batch";

    /** Unique, since callers' correlation ids have no control characters. */
    private static final String ID_PREFIX = "\u0001batch:";

    private final Database database;
    private final Runnable added;
    private final Consumer<UUID> stop;

    /**
     * @param added is run after lines were added
     * @param stop is called with the id of each running job to cancel, also if another replica runs it
     */
    public BatchJobs(Database database, Runnable added, Consumer<UUID> stop) {
        this.database = database;
        this.added = added;
        this.stop = stop;
    }

    /**
     * A line to run.
     *
     * @param number from 1, unique in its batch
     * @param customId the caller's name for it
     * @param payload the body of the REST operation
     */
    public record Line(int number, String customId, String payload) {}

    /** A line that has ended. */
    public record Ended(
            int number,
            String customId,
            UUID jobId,
            JobState state,
            @Nullable JobAnswer answer,
            @Nullable JobError error) {}

    /** Number of lines in each state. */
    public record Counts(int open, int done, int failed) {}

    /** Adds lines; those that are there already stay as they are. */
    public void add(UUID batch, Caller caller, JobTask task, Instant created, List<Line> lines) {
        Map<String, Object> values = new HashMap<>();
        values.put("batch", batch);
        values.put("prefix", ID_PREFIX + batch + ":");
        values.put("owner", caller.subject());
        values.put("tenant", caller.tenantOrEmpty());
        values.put("caller", JobJson.write(caller));
        values.put("door", DOOR);
        values.put("task", task.label());
        values.put("priority", JobPriority.LOW.label());
        values.put("created", TimeColumn.of(created));
        values.put("turn", TimeColumn.of(JobStore.turn(created, JobPriority.LOW)));
        values.put("numbers", lines.stream().map(Line::number).toArray(Integer[]::new));
        values.put("names", lines.stream().map(Line::customId).toArray(String[]::new));
        values.put("payloads", lines.stream().map(Line::payload).toArray(String[]::new));
        int ignored =
                database.<Integer>call(client -> client.sql("""
                        INSERT INTO jobs (id, owner, tenant, caller, correlation_id, door, task, priority, payload,
                            payload_hash, created_at, turn, batch_id, batch_line, custom_id)
                        SELECT gen_random_uuid(), :owner, :tenant, :caller::json, :prefix || line.number, :door, :task,
                            :priority, convert_to(line.payload, 'UTF8'), sha256(convert_to(line.payload, 'UTF8')),
                            :created, :turn + line.number * interval '1 us', :batch, line.number, line.name
                        FROM unnest(:numbers, :names, :payloads) AS line (number, name, payload)
                        ON CONFLICT (owner, tenant, correlation_id) DO NOTHING
                        """).params(values).update());
        added.run();
    }

    public Counts counts(UUID batch) {
        return database.call(client -> client.sql("""
                        SELECT count(*) FILTER (WHERE state IN ('queued', 'running')),
                            count(*) FILTER (WHERE state = 'done'),
                            count(*) FILTER (WHERE state IN ('failed', 'cancelled'))
                        FROM jobs WHERE batch_id = ?
                        """)
                .param(batch)
                .query((row, number) -> new Counts(row.getInt(1), row.getInt(2), row.getInt(3)))
                .single());
    }

    /** Whether a line has not ended. */
    public boolean hasOpen(UUID batch) {
        return database.call(client -> client.sql(
                        "SELECT EXISTS (SELECT 1 FROM jobs WHERE batch_id = ? AND state IN ('queued', 'running'))")
                .param(batch)
                .query(Boolean.class)
                .single());
    }

    /** Ends the queued lines, and stops the running ones. */
    public void cancel(UUID batch) {
        List<UUID> running = database.call(
                client -> client.sql("""
                        WITH stopped AS (
                            UPDATE jobs SET cancelling = true, not_before = NULL,
                                ended_at = CASE state WHEN 'queued' THEN clock_timestamp() END,
                                state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END
                            WHERE batch_id = ? AND (state = 'queued' OR state = 'running' AND NOT cancelling)
                            RETURNING id, state
                        )
                        SELECT id FROM stopped WHERE state = 'running'
                        """).param(batch).query(UUID.class).list());
        running.forEach(stop);
    }

    /**
     * Lines that have ended, in order.
     *
     * @param after the number of the last known line; 0 for none
     */
    public List<Ended> ended(UUID batch, int after, int most) {
        return database.call(client -> client.sql("""
                        SELECT batch_line, custom_id, id, state, answer, answer_ends, last_error FROM jobs
                        WHERE batch_id = ? AND batch_line > ? AND ended_at IS NOT NULL
                        ORDER BY batch_line LIMIT ?
                        """)
                .params(batch, after, most)
                .query((row, number) -> new Ended(
                        row.getInt("batch_line"),
                        row.getString("custom_id"),
                        row.getObject("id", UUID.class),
                        JobRows.state(row),
                        JobRows.answer(row, number),
                        JobJson.error(row.getString("last_error"))))
                .list());
    }
}
