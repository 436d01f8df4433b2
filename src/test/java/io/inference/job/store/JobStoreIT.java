package io.inference.job.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.database.Database;
import io.inference.embedded.SharedPostgres;
import io.inference.job.Job;
import io.inference.job.JobAnswer;
import io.inference.job.JobError;
import io.inference.job.JobPriority;
import io.inference.job.JobState;
import io.inference.job.JobTask;
import io.inference.job.NewJob;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The table of jobs on a real PostgreSQL, with a clock of the test. */
class JobStoreIT {
    private static final Caller ALICE = caller("alice", null);
    private static final Duration LEASE = Duration.ofSeconds(20);
    private static final JobError LOST = new JobError(ErrorCode.INTERNAL, "lost", null);
    private static final Retries RETRIES = new Retries(3);

    private static Database database;

    private Instant now = Instant.parse("2030-01-01T00:00:00Z");
    private final JobStore store = new JobStore(database, () -> now);
    private final JobLeases here =
            new JobLeases(database, () -> now, UUID.randomUUID(), LEASE, new ClaimOrder(0.125, () -> null));
    private final JobLeases there =
            new JobLeases(database, () -> now, UUID.randomUUID(), LEASE, new ClaimOrder(0.125, () -> null));

    @BeforeAll
    static void open() {
        database = Database.open(() -> SharedPostgres.fresh("job_store"));
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void empty() {
        int ignored =
                database.<Integer>call(client -> client.sql("DELETE FROM jobs").update());
    }

    @Test
    void aCallersSameIdIsTheSameJobAndAnothersIsAnother() {
        JobStore.Found first = store.addOrFind(job(ALICE, "one", "{}"));
        JobStore.Found again = store.addOrFind(job(ALICE, "one", "{}"));
        assertThat(first.added()).isTrue();
        assertThat(again.added()).isFalse();
        assertThat(again.same()).isTrue();
        assertThat(again.job()).isEqualTo(first.job());
        assertThat(first.job().caller()).isEqualTo(ALICE);

        assertThat(store.addOrFind(job(ALICE, "one", "{\"other\":1}")).same()).isFalse();
        assertThat(store.addOrFind(job(caller("bob", null), "one", "{}")).added())
                .isTrue();
        assertThat(store.addOrFind(job(caller("alice", "acme"), "one", "{}")).added())
                .isTrue();
        assertThat(store.find(ALICE, "one").map(Job::id)).contains(first.job().id());
    }

    @Test
    void manyWhoSubmitTheSameAtOnceGetOneJob() throws Exception {
        Set<UUID> ids = new HashSet<>();
        List<JobStore.Found> found = atOnce(16, () -> store.addOrFind(job(ALICE, "same", "{}")));
        found.forEach(one -> ids.add(one.job().id()));
        assertThat(ids).hasSize(1);
        assertThat(found.stream().filter(JobStore.Found::added)).hasSize(1);
    }

    @Test
    void noJobIsClaimedTwice() throws Exception {
        for (int i = 0; i < 300; i++) {
            store.addOrFind(job(ALICE, "job " + i, "{}"));
        }
        List<List<Lease>> claimed = atOnce(8, () -> {
            JobLeases replica =
                    new JobLeases(database, () -> now, UUID.randomUUID(), LEASE, new ClaimOrder(0.125, () -> null));
            List<Lease> mine = new ArrayList<>();
            for (List<Lease> some = replica.claim(7); !some.isEmpty(); some = replica.claim(7)) {
                mine.addAll(some);
            }
            return mine;
        });
        List<UUID> ids = claimed.stream()
                .flatMap(List::stream)
                .map(lease -> lease.job().id())
                .toList();
        assertThat(ids).hasSize(300).doesNotHaveDuplicates();
    }

    @Test
    void highGoesFirstAndLowOvertakesWhatCameAMinuteLater() {
        store.addOrFind(job("low", JobPriority.LOW));
        store.addOrFind(job("medium", JobPriority.MEDIUM));
        store.addOrFind(job("high", JobPriority.HIGH));
        now = now.plusSeconds(59);
        store.addOrFind(job("high within the minute", JobPriority.HIGH));
        now = now.plusSeconds(2);
        store.addOrFind(job("high after it", JobPriority.HIGH));
        assertThat(names(here.claim(10)))
                .containsExactly("high", "medium", "high within the minute", "low", "high after it");
    }

    @Test
    void aLeaseThatIsNotProlongedGivesTheJobToAnotherAndTheFirstCanStoreNothing() {
        store.addOrFind(job(ALICE, "one", "{\"a\":1}"));
        Lease lost = here.claim(1).getFirst();
        now = now.plus(LEASE).minusSeconds(1);
        assertThat(here.prolong(List.of(lost.job().id()))).hasSize(1);
        now = now.plus(LEASE).minusSeconds(1);
        there.tend(3, LOST);
        assertThat(there.claim(1)).isEmpty();

        now = now.plusSeconds(2);
        assertThat(there.tend(3, LOST)).isEmpty();
        Lease second = there.claim(1).getFirst();
        assertThat(second.attempt()).isEqualTo(2);
        assertThat(second.failures()).isEqualTo(1);
        assertThat(second.payload()).isEqualTo("{\"a\":1}".getBytes(StandardCharsets.UTF_8));
        assertThat(here.prolong(List.of(lost.job().id()))).isEmpty();
        assertThat(here.done(lost, whole("first"))).isEmpty();
        assertThat(there.done(second, whole("second")).map(Job::state)).contains(JobState.DONE);
        assertThat(store.answer(second.job().id()).orElseThrow().body())
                .isEqualTo("second".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aRunSaysHowFarItIsAndTheNextBeginsAnew() {
        UUID id = store.addOrFind(job(ALICE, "steps", "{}")).job().id();
        Lease lease = here.claim(1).getFirst();
        assertThat(lease.job().progress()).isNull();
        here.progress(lease, 0, 0, 4);
        assertThat(store.find(id).orElseThrow().progress()).isEqualTo(new Job.Progress(0, 0, 4));
        here.progress(lease, 3, 20, 0);
        assertThat(store.find(id).orElseThrow().progress()).isEqualTo(new Job.Progress(3, 20, 0));
        there.progress(lease, 9, 20, 0);
        assertThat(store.find(id).orElseThrow().progress()).isEqualTo(new Job.Progress(3, 20, 0));
        now = now.plus(LEASE).plusSeconds(1);
        there.tend(3, LOST);
        assertThat(there.claim(1).getFirst().job().progress()).isNull();
    }

    @Test
    void aClaimThatTheDatabaseForgotStillStoresWhatItsRunCameTo() {
        Job job = store.addOrFind(job(ALICE, "one", "{}")).job();
        Lease lease = here.claim(1).getFirst();
        int ignored = database.<Integer>call(client -> client.sql(
                        "UPDATE jobs SET state = 'queued', attempts = 0, lease_owner = NULL, lease_until = NULL")
                .update());
        assertThat(here.done(lease, whole("first")).map(Job::state)).contains(JobState.DONE);
        assertThat(store.find(job.id()).orElseThrow().attempts()).isEqualTo(1);
        assertThat(there.claim(1)).isEmpty();
    }

    @Test
    void aJobWhoseReplicasKeepDyingFailsInTheEnd() {
        store.addOrFind(job(ALICE, "one", "{}"));
        for (int i = 0; i < 2; i++) {
            assertThat(here.claim(1)).hasSize(1);
            now = now.plus(LEASE).plusSeconds(1);
            assertThat(here.tend(3, LOST)).isEmpty();
        }
        assertThat(here.claim(1)).hasSize(1);
        now = now.plus(LEASE).plusSeconds(1);
        assertThat(here.tend(3, LOST)).singleElement().satisfies(job -> {
            assertThat(job.state()).isEqualTo(JobState.FAILED);
            assertThat(job.error()).isEqualTo(LOST);
        });
    }

    @Test
    void aFailedRunIsTriedAgainLaterAndLaterUntilItHasFailedThreeTimes() {
        store.addOrFind(job(ALICE, "one", "{}"));
        InferenceException failure = new InferenceException(ErrorCode.BACKEND_FAILED, "broken");
        for (Duration delay : List.of(Duration.ofSeconds(1), Duration.ofSeconds(2))) {
            Lease lease = here.claim(1).getFirst();
            Retries.Again again = RETRIES.after(lease, failure, now);
            assertThat(again).isEqualTo(new Retries.Again(now.plus(delay), true));
            Job queued = here.postponed(lease, JobError.of(failure), again).orElseThrow();
            assertThat(queued.state()).isEqualTo(JobState.QUEUED);
            assertThat(queued.notBefore()).isEqualTo(now.plus(delay));
            here.tend(3, LOST);
            assertThat(here.claim(1)).isEmpty();
            now = now.plus(delay);
            here.tend(3, LOST);
        }
        Lease last = here.claim(1).getFirst();
        assertThat(last.attempt()).isEqualTo(3);
        assertThat(RETRIES.after(last, failure, now)).isNull();
        Job failed = here.failed(last, new JobError(ErrorCode.TIMEOUT, "too long", null))
                .orElseThrow();
        assertThat(failed.firstError()).isEqualTo(JobError.of(failure));
        assertThat(failed.error()).isEqualTo(new JobError(ErrorCode.TIMEOUT, "too long", null));
        assertThat(failed.endedAt()).isEqualTo(now);
    }

    @Test
    void aBusyServiceCountsAgainstNobodyForADay() {
        store.addOrFind(job(ALICE, "one", "{}"));
        InferenceException busy = InferenceException.retryLater(ErrorCode.RATE_LIMITED, "wait", Duration.ofSeconds(40));
        for (int i = 0; i < 10; i++) {
            Lease lease = here.claim(1).getFirst();
            assertThat(lease.failures()).isZero();
            Retries.Again again = RETRIES.after(lease, busy, now);
            assertThat(again.notBefore()).isAfterOrEqualTo(now.plusSeconds(40)).isBeforeOrEqualTo(now.plusSeconds(300));
            here.postponed(lease, JobError.of(busy), again);
            now = again.notBefore();
            here.tend(3, LOST);
        }
        Lease lease = here.claim(1).getFirst();
        assertThat(RETRIES.after(lease, busy, lease.job().createdAt().plus(Retries.PATIENCE)))
                .isNull();
    }

    @Test
    void whatIsTheCallersFaultIsNotTriedAgain() {
        store.addOrFind(job(ALICE, "one", "{}"));
        Lease lease = here.claim(1).getFirst();
        for (ErrorCode code : ErrorCode.values()) {
            boolean retried = RETRIES.after(lease, new InferenceException(code, "x"), now) != null;
            assertThat(retried).as(code.reason()).isEqualTo(code.disposition().isRetried());
        }
        assertThat(ErrorCode.MODEL_NOT_FOUND.disposition().isDeadLettered()).isFalse();
        assertThat(ErrorCode.INVALID_REQUEST.disposition().isDeadLettered()).isTrue();
    }

    @Test
    void whatIsGivenBackCanBeTakenAtOnceAndCountsAsNoFailure() {
        store.addOrFind(job(ALICE, "one", "{}"));
        assertThat(here.released(here.claim(1).getFirst())).isPresent();
        assertThat(there.claim(1))
                .singleElement()
                .satisfies(lease -> assertThat(lease.failures()).isZero());
    }

    @Test
    void aQueuedJobIsCancelledAtOnceAndARunningOneByWhoRunsIt() {
        Job queued = store.addOrFind(job(ALICE, "queued", "{}")).job();
        assertThat(store.cancel(queued.id()).orElseThrow().state()).isEqualTo(JobState.CANCELLED);
        assertThat(here.claim(1)).isEmpty();
        assertThat(store.cancel(queued.id())).isEmpty();

        Job running = store.addOrFind(job(ALICE, "running", "{}")).job();
        Lease lease = here.claim(1).getFirst();
        Job marked = store.cancel(running.id()).orElseThrow();
        assertThat(marked.state()).isEqualTo(JobState.RUNNING);
        assertThat(marked.cancelling()).isTrue();
        assertThat(here.cancelling()).containsExactly(running.id());
        assertThat(there.cancelling()).isEmpty();
        assertThat(here.prolong(List.of(running.id()))).containsExactly(new JobLeases.Held(running.id(), true));
        assertThat(here.cancelled(lease).orElseThrow().state()).isEqualTo(JobState.CANCELLED);
    }

    @Test
    void aJobThatIsToBeCancelledIsNotTriedAgainWhateverItsRunCameTo() {
        Job job = store.addOrFind(job(ALICE, "one", "{}")).job();
        Lease lease = here.claim(1).getFirst();
        store.cancel(job.id());
        Job ended = here.postponed(lease, LOST, new Retries.Again(now.plusSeconds(1), true))
                .orElseThrow();
        assertThat(ended.state()).isEqualTo(JobState.CANCELLED);
        assertThat(ended.endedAt()).isEqualTo(now);

        Job other = store.addOrFind(job(ALICE, "two", "{}")).job();
        here.claim(1);
        store.cancel(other.id());
        now = now.plus(LEASE).plusSeconds(1);
        assertThat(there.tend(3, LOST)).extracting(Job::state).containsExactly(JobState.CANCELLED);
    }

    @Test
    void aStreamedAnswerKeepsItsPartsAsTheyWere() {
        store.addOrFind(job(ALICE, "one", "{}"));
        Lease lease = here.claim(1).getFirst();
        JobAnswer answer = new JobAnswer(List.of(bytes("{\"a\":1}"), bytes("{}"), bytes("{\"é\":2}")), true);
        here.done(lease, answer);
        JobAnswer kept = store.answer(lease.job().id()).orElseThrow();
        assertThat(kept.streamed()).isTrue();
        assertThat(kept.parts()).containsExactlyElementsOf(answer.parts());
    }

    @Test
    void whatEndedIsUndeliveredUntilItsDoorSaysOtherwise() {
        Job wanted = store.addOrFind(new NewJob(
                        ALICE,
                        "amqp",
                        "one",
                        JobTask.CHAT,
                        JobPriority.HIGH,
                        bytes("{}"),
                        "{\"reply_to\":\"q\"}",
                        true))
                .job();
        store.addOrFind(job(ALICE, "kept only", "{}"));
        assertThat(store.undelivered("amqp", 10)).isEmpty();
        here.claim(2).forEach(lease -> here.done(lease, whole("answer")));
        assertThat(store.undelivered("amqp", 10)).singleElement().satisfies(ended -> {
            assertThat(ended.job().id()).isEqualTo(wanted.id());
            assertThat(ended.job().delivery()).isEqualTo("{\"reply_to\":\"q\"}");
            assertThat(ended.answer().body()).isEqualTo(bytes("answer"));
        });
        store.delivered(List.of(wanted.id()));
        assertThat(store.undelivered("amqp", 10)).isEmpty();
    }

    @Test
    void aListIsPagedTheNewestFirst() {
        for (int i = 0; i < 5; i++) {
            store.addOrFind(job(ALICE, "job " + i, "{}"));
            now = now.plusMillis(1);
        }
        store.addOrFind(job(caller("bob", null), "bob's", "{}"));
        List<Job> first = store.list(ALICE, null, null, 3);
        assertThat(first).extracting(Job::correlationId).containsExactly("job 4", "job 3", "job 2");
        assertThat(store.list(ALICE, JobState.QUEUED, first.getLast().id(), 3))
                .extracting(Job::correlationId)
                .containsExactly("job 1", "job 0");
        assertThat(store.list(ALICE, JobState.DONE, null, 3)).isEmpty();
        assertThat(store.list(null, null, null, 10)).hasSize(6);
    }

    @Test
    void statementsThatMayBeForgottenCommitWithoutWaitingForTheDisk() throws Exception {
        var settings = SharedPostgres.settings();
        String relaxed = JobStore.RELAXED.replace(":commit", "'off'");
        for (String statement : List.of(
                "INSERT INTO numbers SELECT 1 FROM " + relaxed,
                "UPDATE numbers SET number = 2 FROM (SELECT 0 AS number) AS picked, " + relaxed
                        + " WHERE numbers.number = picked.number")) {
            try (var connection =
                            java.sql.DriverManager.getConnection(settings.url(), settings.user(), settings.password());
                    var sql = connection.createStatement()) {
                connection.setAutoCommit(false);
                sql.execute("CREATE TEMP TABLE numbers ON COMMIT DROP AS SELECT 0 AS number");
                assertThat(sql.executeUpdate(statement)).isEqualTo(1);
                try (var row = sql.executeQuery("SHOW synchronous_commit")) {
                    row.next();
                    assertThat(row.getString(1)).as(statement).isEqualTo("off");
                }
            }
        }
    }

    @Test
    void whatAnErrorSaysMayHoldAnything() {
        store.addOrFind(job(ALICE, "one", "{}"));
        JobError odd = new JobError(ErrorCode.INVALID_REQUEST, "a \u0000 and \"quotes\" é", "x\u0000");
        assertThat(here.failed(here.claim(1).getFirst(), odd).orElseThrow().error())
                .isEqualTo(odd);
    }

    private static Caller caller(String name, @Nullable String tenant) {
        return new Caller(name, Set.of("users", "b"), Set.of("s"), tenant, Caller.Kind.USER);
    }

    private static NewJob job(String name, JobPriority priority) {
        return new NewJob(ALICE, "rest", name, JobTask.CHAT, priority, bytes("{}"), null, false);
    }

    private static NewJob job(Caller caller, String id, String payload) {
        return new NewJob(caller, "rest", id, JobTask.CHAT, JobPriority.MEDIUM, bytes(payload), null, false);
    }

    private static List<String> names(List<Lease> leases) {
        return leases.stream().map(lease -> lease.job().correlationId()).toList();
    }

    private static JobAnswer whole(String text) {
        return JobAnswer.whole(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static <T> List<T> atOnce(int times, Callable<T> work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                futures.add(threads.submit(work));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }
}
