package io.inference.job.store;

import io.inference.api.call.Caller;
import io.inference.database.Database;
import io.inference.database.TimeColumn;
import io.inference.job.EndedJob;
import io.inference.job.Job;
import io.inference.job.JobAnswer;
import io.inference.job.JobPriority;
import io.inference.job.JobState;
import io.inference.job.JobTask;
import io.inference.job.NewJob;
import io.inference.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code jobs} for submitters; {@link JobLeases} is for runners. Each decision between replicas is one
 * statement. A statement that a crash may undo without harm commits without waiting for the disk.
 */
public final class JobStore {
    /** Waiting time that equals one step of priority. */
    static final Duration AGEING = Duration.ofSeconds(30);

    /** Has to be joined with the statement's result, else it is not evaluated. */
    static final String RELAXED = "(SELECT set_config('synchronous_commit', :commit, true)) AS relaxed";

    /** Statements over several rows lock them in one order, since two could otherwise wait for each other for ever. */
    static final String IN_ORDER = "(SELECT id FROM jobs WHERE id = ANY(:ids) ORDER BY id FOR UPDATE) AS locked";

    private static final String ADD_OR_FIND = """
            WITH added AS (
                INSERT INTO jobs (id, owner, tenant, caller, correlation_id, door, task, priority, payload,
                    payload_hash, delivery, created_at, turn)
                SELECT :id, :owner, :tenant, :caller::json, :correlation, :door, :task, :priority, :payload,
                    :hash, :delivery::json, :now, :turn
                FROM %1$s
                ON CONFLICT (owner, tenant, correlation_id) DO NOTHING RETURNING *
            )
            SELECT true AS added, true AS same, %2$s FROM added AS jobs
            UNION ALL
            SELECT false, payload_hash = :hash, %2$s FROM jobs
            WHERE owner = :owner AND tenant = :tenant AND correlation_id = :correlation LIMIT 1
            """.formatted(RELAXED, JobRows.COLUMNS);

    private static final String FIND = "SELECT %s FROM jobs WHERE id = ?".formatted(JobRows.COLUMNS);

    private static final String FIND_OF_OWNER = """
            SELECT %s FROM jobs WHERE owner = ? AND tenant = ? AND correlation_id = ?
            """.formatted(JobRows.COLUMNS);

    private static final String UNDELIVERED = """
            SELECT %s, answer, answer_ends FROM jobs
            WHERE door = ? AND ended_at IS NOT NULL AND delivery IS NOT NULL AND delivered_at IS NULL
            ORDER BY ended_at LIMIT ?
            """.formatted(JobRows.COLUMNS);

    private static final String DELIVERED = """
            UPDATE jobs SET delivered_at = :now FROM %s, %s WHERE jobs.id = locked.id
            """.formatted(RELAXED, IN_ORDER);

    private static final String CANCEL = """
            UPDATE jobs SET cancelling = true, state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,
                ended_at = CASE state WHEN 'queued' THEN :now END, not_before = NULL
            WHERE id = :id AND state IN ('queued', 'running') RETURNING %s
            """.formatted(JobRows.COLUMNS);

    private final Database database;
    private final InstantSource clock;

    public JobStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    Instant now() {
        return clock.instant();
    }

    /** A job that was added or found. */
    public record Found(boolean added, boolean same, Job job) {}

    /** Adds the job, or finds the one that its caller has submitted under that correlation id. */
    public Found addOrFind(NewJob job) {
        byte[] hash = hash(job.task(), job.payload());
        // Nothing is found if the other one was committed after this statement began.
        for (Optional<Found> found = tryToAdd(job, hash); ; found = tryToAdd(job, hash)) {
            if (found.isPresent()) {
                return found.get();
            }
        }
    }

    private Optional<Found> tryToAdd(NewJob job, byte[] hash) {
        return database.call(client -> client.sql(ADD_OR_FIND)
                .params(values(job, hash))
                .query((row, number) ->
                        new Found(row.getBoolean("added"), row.getBoolean("same"), JobRows.job(row, number)))
                .optional());
    }

    private Map<String, ?> values(NewJob job, byte[] hash) {
        Instant now = now();
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("id", UUID.randomUUID());
        values.put("owner", job.caller().subject());
        values.put("tenant", job.caller().tenantOrEmpty());
        values.put("caller", JobJson.write(job.caller()));
        values.put("correlation", job.correlationId());
        values.put("door", job.door());
        values.put("task", job.task().label());
        values.put("priority", job.priority().label());
        values.put("payload", job.payload());
        values.put("hash", hash);
        values.put("delivery", job.delivery());
        values.put("now", TimeColumn.of(now));
        values.put("turn", TimeColumn.of(turn(now, job.priority())));
        values.put("commit", job.resent() ? "off" : "on");
        return values;
    }

    public Optional<Job> find(UUID id) {
        return database.call(
                client -> client.sql(FIND).param(id).query(JobRows::job).optional());
    }

    public Optional<Job> find(Caller owner, String correlationId) {
        return database.call(client -> client.sql(FIND_OF_OWNER)
                .params(owner.subject(), owner.tenantOrEmpty(), correlationId)
                .query(JobRows::job)
                .optional());
    }

    public List<Job> list(@Nullable Caller owner, @Nullable JobState state, @Nullable UUID after, int most) {
        StringBuilder conditions = new StringBuilder();
        Map<String, Object> values = new HashMap<>(Map.of("most", most));
        if (owner != null) {
            // Without the service's own tasks, which the caller has not submitted.
            conditions.append(" AND owner = :owner AND tenant = :tenant AND door <> 'internal'");
            values.put("owner", owner.subject());
            values.put("tenant", owner.tenantOrEmpty());
        }
        if (state != null) {
            conditions.append(" AND state = :state");
            values.put("state", state.label());
        }
        if (after != null) {
            conditions.append(" AND (created_at, id) < (SELECT created_at, id FROM jobs WHERE id = :after)");
            values.put("after", after);
        }
        return database.call(client -> client.sql("""
                        SELECT %s FROM jobs WHERE batch_id IS NULL%s ORDER BY created_at DESC, id DESC LIMIT :most
                        """.formatted(JobRows.COLUMNS, conditions))
                .params(values)
                .query(JobRows::job)
                .list());
    }

    public Optional<byte[]> payload(UUID id) {
        return database.call(client -> client.sql("SELECT payload FROM jobs WHERE id = ?")
                .param(id)
                .query((row, number) -> row.getBytes("payload"))
                .optional());
    }

    public int ahead(Job job) {
        return database.call(client -> client.sql("""
                        SELECT count(*) FROM (
                            SELECT 1 FROM jobs WHERE state = 'queued' AND not_before IS NULL AND turn < ? LIMIT 1000
                        ) AS earlier
                        """)
                .param(TimeColumn.of(turn(job.createdAt(), job.priority())))
                .query(Integer.class)
                .single());
    }

    public Optional<JobAnswer> answer(UUID id) {
        return database.call(
                client -> client.sql("SELECT answer, answer_ends FROM jobs WHERE id = ? AND answer IS NOT NULL")
                        .param(id)
                        .query(JobRows::answer)
                        .optional());
    }

    public List<EndedJob> undelivered(String door, int most) {
        return database.call(client ->
                client.sql(UNDELIVERED).params(door, most).query(JobRows::ended).list());
    }

    public void delivered(List<UUID> ids) {
        int ignored = database.<Integer>call(client -> client.sql(DELIVERED)
                .param("ids", ids.toArray(UUID[]::new))
                .param("now", TimeColumn.of(now()))
                .param("commit", "off")
                .update());
    }

    /**
     * A queued job has then ended; a running job is marked to be stopped. Empty if there is none, or if it has ended.
     */
    public Optional<Job> cancel(UUID id) {
        return database.call(client -> client.sql(CANCEL)
                .param("id", id)
                .param("now", TimeColumn.of(now()))
                .query(JobRows::job)
                .optional());
    }

    static Instant turn(Instant created, JobPriority priority) {
        return created.plus(AGEING.multipliedBy(priority.steps()));
    }

    /** Hash of what makes two submissions the same. */
    static byte[] hash(JobTask task, byte[] payload) {
        MessageDigest digest = Sha256.digest();
        digest.update(task.label().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        return digest.digest(payload);
    }
}
