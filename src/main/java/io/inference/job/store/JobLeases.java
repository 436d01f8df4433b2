package io.inference.job.store;

import io.inference.database.Database;
import io.inference.database.TimeColumn;
import io.inference.job.Job;
import io.inference.job.JobAnswer;
import io.inference.job.JobError;
import io.inference.job.JobPriority;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code jobs} for the replicas that run jobs. A job belongs to one replica while its lease lasts. The result
 * of a run is stored only if its lease still holds; an empty return value means that it did not.
 */
public final class JobLeases {
    /**
     * A claim may be lost if the database crashes, since its commit does not wait for the disk. If no other replica has
     * claimed the job since, the result of its run is valid.
     */
    private static final String HELD = """
            id = :id AND (lease_owner = :me AND attempts = :attempt AND state = 'running'
                OR state = 'queued' AND attempts = :attempt - 1)""";

    private static final String FREE = "lease_owner = NULL, lease_until = NULL";

    private static final String CLAIMABLE = "state = 'queued' AND not_before IS NULL";

    private static final String CLAIM_BY_TURN = claiming("""
            picked AS MATERIALIZED (
                SELECT id, false AS lower FROM jobs WHERE %s AND turn <= :until
                ORDER BY turn LIMIT :most FOR UPDATE SKIP LOCKED
            )""".formatted(CLAIMABLE));

    /**
     * Also claims jobs of these priorities; an index finds the first of each behind any number of others. Each subquery
     * has a limit that the planner knows; otherwise it would sort the table.
     */
    private static final String CLAIM_WITH_LOWER = claiming("""
            lower AS MATERIALIZED (
                SELECT first.id FROM unnest(:priorities) AS class (priority), LATERAL (
                    SELECT id, turn FROM jobs WHERE %1$s AND priority = class.priority
                    ORDER BY turn LIMIT :lower FOR UPDATE SKIP LOCKED
                ) AS first ORDER BY first.turn LIMIT :lower
            ), by_turn AS MATERIALIZED (
                SELECT id, turn FROM jobs WHERE %1$s AND turn <= :until AND id NOT IN (SELECT id FROM lower)
                ORDER BY turn LIMIT :most FOR UPDATE SKIP LOCKED
            ), picked AS (
                SELECT id, true AS lower FROM lower UNION ALL (
                    SELECT id, false FROM by_turn ORDER BY turn LIMIT :most - (SELECT count(*) FROM lower))
            )""".formatted(CLAIMABLE));

    private static final String PROLONG = """
            UPDATE jobs SET lease_until = :until FROM %s, %s
            WHERE jobs.id = locked.id AND lease_owner = :me AND state = 'running'
            RETURNING jobs.id, cancelling
            """.formatted(JobStore.RELAXED, JobStore.IN_ORDER);

    private static final String POSTPONED = """
            state = CASE WHEN cancelling THEN 'cancelled' ELSE 'queued' END,
            ended_at = CASE WHEN cancelling THEN :now END,
            not_before = CASE WHEN cancelling THEN NULL ELSE :notBefore END,
            failures = failures + :counts, last_error = :error::json,
            first_error = coalesce(first_error, :error::json)""";

    private static final String TAKE_BACK = """
            UPDATE jobs SET failures = failures + 1, %s,
                ended_at = CASE WHEN cancelling OR failures + 1 >= :most THEN :now END,
                state = CASE WHEN cancelling THEN 'cancelled' WHEN failures + 1 >= :most THEN 'failed'
                    ELSE 'queued' END,
                last_error = :error::json, first_error = coalesce(first_error, :error::json)
            WHERE state = 'running' AND lease_until < :now RETURNING %s
            """.formatted(FREE, JobRows.COLUMNS);

    private final Database database;
    private final InstantSource clock;
    private final UUID me;
    private final Duration length;
    private final ClaimOrder order;

    /**
     * @param me id of this replica, different in every process
     * @param order of this replica's claims
     */
    public JobLeases(Database database, InstantSource clock, UUID me, Duration length, ClaimOrder order) {
        this.database = database;
        this.clock = clock;
        this.me = me;
        this.length = length;
        this.order = order;
    }

    private static String claiming(String picked) {
        return """
                WITH %s UPDATE jobs SET state = 'running', lease_owner = :me, lease_until = :leased,
                    attempts = attempts + 1, started_at = coalesce(started_at, :now),
                    progress_done = NULL, progress_total = NULL, progress_queued = NULL
                FROM picked, %s
                WHERE jobs.id = picked.id RETURNING %s, turn, payload, failures, picked.lower
                """.formatted(picked, JobStore.RELAXED, JobRows.COLUMNS);
    }

    private record Claimed(Instant turn, boolean lower, Lease lease) {
        JobPriority priority() {
            return lease.job().priority();
        }
    }

    /** Leases the jobs whose turn it is, and a share of those of a lower priority, in the order of their turns. */
    public List<Lease> claim(int most) {
        ClaimOrder.Plan plan = order.plan(most, clock.instant());
        List<Claimed> claimed = claim(plan);
        List<JobPriority> byTurn = claimed.stream()
                .filter(one -> !one.lower())
                .map(Claimed::priority)
                .toList();
        order.claimed(plan, byTurn, claimed.size() - byTurn.size());
        return claimed.stream()
                .sorted(Comparator.comparing(Claimed::turn))
                .map(Claimed::lease)
                .toList();
    }

    private List<Claimed> claim(ClaimOrder.Plan plan) {
        String statement = plan.lower() == 0 ? CLAIM_BY_TURN : CLAIM_WITH_LOWER;
        Instant now = clock.instant();
        return database.call(client -> client.sql(statement)
                .param("most", plan.most())
                .param("lower", plan.lower())
                .param(
                        "priorities",
                        plan.priorities().stream().map(JobPriority::label).toArray(String[]::new))
                // The driver writes this value as infinity.
                .param("until", plan.until() == null ? OffsetDateTime.MAX : TimeColumn.of(plan.until()))
                .param("me", me)
                .param("now", TimeColumn.of(now))
                .param("leased", TimeColumn.of(now.plus(length)))
                .param("commit", "off")
                .query((row, number) -> new Claimed(
                        Objects.requireNonNull(TimeColumn.read(row, "turn")),
                        row.getBoolean("lower"),
                        new Lease(JobRows.job(row, number), row.getBytes("payload"), row.getInt("failures"))))
                .list());
    }

    /** A prolonged lease. */
    public record Held(UUID id, boolean cancelling) {}

    /** Prolongs the leases on these jobs; those that the result lacks are lost. */
    public List<Held> prolong(Collection<UUID> ids) {
        return database.call(client -> client.sql(PROLONG)
                .param("until", TimeColumn.of(clock.instant().plus(length)))
                .param("commit", "off")
                .param("ids", ids.toArray(UUID[]::new))
                .param("me", me)
                .query((row, number) -> new Held(row.getObject("id", UUID.class), row.getBoolean("cancelling")))
                .list());
    }

    /** Jobs of this replica that are to be stopped. */
    public List<UUID> cancelling() {
        return database.call(
                client -> client.sql("SELECT id FROM jobs WHERE lease_owner = ? AND state = 'running' AND cancelling")
                        .param(me)
                        .query(UUID.class)
                        .list());
    }

    /**
     * Stores how far the run is, if its lease still holds.
     *
     * @param queued requests before it at its backend
     */
    public void progress(Lease lease, int done, int total, int queued) {
        int ignored = database.call(client -> client.sql("""
                        UPDATE jobs SET progress_done = :done, progress_total = :total, progress_queued = :queued
                        FROM %s
                        WHERE id = :id AND lease_owner = :me AND attempts = :attempt AND state = 'running'
                        """.formatted(JobStore.RELAXED))
                .param("done", done)
                .param("total", total)
                .param("queued", queued)
                .param("commit", "off")
                .param("id", lease.job().id())
                .param("me", me)
                .param("attempt", lease.attempt())
                .update());
    }

    /** Stores the answer; waits for the disk. */
    public Optional<Job> done(Lease lease, JobAnswer answer) {
        return end(
                lease,
                "state = 'done', answer = :answer, answer_ends = :ends",
                values("answer", JobRows.bytes(answer), "ends", JobRows.ends(answer)));
    }

    /** Stores that it has failed for good; waits for the disk. */
    public Optional<Job> failed(Lease lease, JobError error) {
        return end(
                lease,
                "state = 'failed', last_error = :error::json, first_error = coalesce(first_error, :error::json)",
                values("error", JobJson.write(error), "none", null));
    }

    /** Stores that it was stopped. */
    public Optional<Job> cancelled(Lease lease) {
        return end(lease, "state = 'cancelled'", Map.of());
    }

    /** Returns it to the queue, for another attempt. */
    public Optional<Job> postponed(Lease lease, JobError error, Retries.Again again) {
        Map<String, @Nullable Object> values = values("error", JobJson.write(error), "counts", again.counts() ? 1 : 0);
        values.put("notBefore", TimeColumn.of(again.notBefore()));
        // A job that is to be cancelled is not tried again.
        return change(lease, POSTPONED, values);
    }

    /** Returns it to the queue as if it had not been claimed, so that any replica may take it at once. */
    public Optional<Job> released(Lease lease) {
        return change(lease, "state = 'queued'", Map.of());
    }

    /**
     * Lets jobs that waited long enough be claimed, and returns to the queue those whose lease has expired.
     *
     * @param mostFailures runs that may fail; a lost replica counts as a failure, since the job may have caused it
     * @return jobs that ended thereby
     */
    public List<Job> tend(int mostFailures, JobError lost) {
        Map<String, Object> values = Map.of(
                "now", TimeColumn.of(clock.instant()),
                "most", mostFailures,
                "error", Objects.requireNonNull(JobJson.write(lost)));
        return database.call(client -> {
            int ignored = client.sql("UPDATE jobs SET not_before = NULL WHERE state = 'queued' AND not_before <= :now")
                    .params(values)
                    .update();
            return client.sql(TAKE_BACK).params(values).query(JobRows::job).list().stream()
                    .filter(job -> job.state().isEnded())
                    .toList();
        });
    }

    private Optional<Job> end(Lease lease, String what, Map<String, ? extends @Nullable Object> values) {
        return change(lease, "%s, ended_at = :now".formatted(what), values);
    }

    private Optional<Job> change(Lease lease, String what, Map<String, ? extends @Nullable Object> values) {
        Map<String, @Nullable Object> all = new HashMap<>(values);
        all.put("id", lease.job().id());
        all.put("me", me);
        all.put("attempt", lease.attempt());
        all.put("now", TimeColumn.of(clock.instant()));
        return database.call(client -> client.sql("""
                        UPDATE jobs SET %s, attempts = :attempt, %s WHERE %s RETURNING %s
                        """.formatted(FREE, what, HELD, JobRows.COLUMNS))
                .params(all)
                .query(JobRows::job)
                .optional());
    }

    private static Map<String, @Nullable Object> values(
            String first, @Nullable Object one, String second, @Nullable Object other) {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put(first, one);
        values.put(second, other);
        return values;
    }
}
