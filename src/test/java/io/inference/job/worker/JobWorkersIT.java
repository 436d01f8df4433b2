package io.inference.job.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.call.Calls;
import io.inference.database.Database;
import io.inference.embedded.OwnPostgres;
import io.inference.embedded.SharedPostgres;
import io.inference.job.ChunkSink;
import io.inference.job.EndedJob;
import io.inference.job.Job;
import io.inference.job.JobAnswer;
import io.inference.job.JobListener;
import io.inference.job.JobPriority;
import io.inference.job.JobRunner;
import io.inference.job.JobState;
import io.inference.job.JobTask;
import io.inference.job.NewJob;
import io.inference.job.Submission;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Replicas that share a database, with fake runs. */
class JobWorkersIT {
    private static final Caller ALICE = new Caller("alice", Set.of(), Set.of(), null, Caller.Kind.USER);
    private static final Duration SOON = Duration.ofSeconds(60);

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    @Test
    void aJobIsCancelledFromAnotherReplicaThanItRunsAt() {
        CountDownLatch running = new CountDownLatch(1);
        Database database = database("workers_cancel");
        StoredJobs here = replica(database, (job, payload, call, chunks) -> {
            running.countDown();
            return untilCancelled(call);
        });
        Job job = here.submit(job("one")).job();
        await().atMost(SOON).until(() -> running.getCount() == 0);
        StoredJobs there = replica(database, (job2, payload, call, chunks) -> JobAnswer.whole(payload));
        there.cancel(job.id());
        await().atMost(SOON).until(() -> there.find(job.id()).orElseThrow().state() == JobState.CANCELLED);
        await().atMost(SOON).until(() -> recorder.told("ended CANCELLED " + job.id()));
    }

    @Test
    void listenersHearOfEveryStepAndTakeTheChunksAsTheyAreMade() {
        AtomicInteger runs = new AtomicInteger();
        StoredJobs jobs = replica(database("workers_listeners"), (job, payload, call, chunks) -> {
            chunks.chunk(0, bytes("{\"run\":" + runs.incrementAndGet() + "}"));
            if (runs.get() == 1) {
                throw new InferenceException(ErrorCode.BACKEND_FAILED, "broken");
            }
            return new JobAnswer(List.of(bytes("{}")), true);
        });
        UUID id = jobs.submit(job("one")).job().id();
        await().atMost(SOON).until(() -> recorder.told("ended DONE " + id));
        assertThat(recorder.told)
                .containsExactly(
                        "running 1 " + id,
                        "chunk 0 {\"run\":1}",
                        "postponed BACKEND_FAILED " + id,
                        "running 2 " + id,
                        "chunk 0 {\"run\":2}",
                        "ended DONE " + id);
        assertThat(jobs.submit(job("one")).kind()).isEqualTo(Submission.Kind.ENDED);
    }

    @Test
    void aSaturatedReplicaLeavesJobsWhereTheyAre() {
        AtomicBoolean saturated = new AtomicBoolean(true);
        AtomicInteger asked = new AtomicInteger();
        StoredJobs jobs =
                replica(database("workers_saturated"), (job, payload, call, chunks) -> JobAnswer.whole(payload), () -> {
                    asked.incrementAndGet();
                    return saturated.get();
                });
        UUID id = jobs.submit(job("one")).job().id();
        await().atMost(SOON).until(() -> asked.get() > 3);
        assertThat(jobs.find(id).orElseThrow().attempts()).isZero();
        saturated.set(false);
        await().atMost(SOON).until(() -> jobs.find(id).orElseThrow().state() == JobState.DONE);
    }

    @Test
    void noMoreRunThanMayAtOnceAndHundredsAreEachRunOnce() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<UUID> ran = new CopyOnWriteArrayList<>();
        JobRunner runner = (job, payload, call, chunks) -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            ran.add(job.id());
            Thread.yield();
            now.decrementAndGet();
            return JobAnswer.whole(payload);
        };
        Database database = database("workers_many");
        StoredJobs jobs = replica(database, runner);
        StoredJobs others = replica(database, runner);
        List<UUID> submitted = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            submitted.add(
                    (i % 2 == 0 ? jobs : others).submit(job("job " + i)).job().id());
        }
        await().atMost(SOON)
                .until(() -> jobs.list(ALICE, JobState.DONE, null, 300).jobs().size() == 300);
        assertThat(ran).hasSize(300).containsExactlyInAnyOrderElementsOf(submitted);
        assertThat(most.get()).isLessThanOrEqualTo(8);
    }

    @Test
    void whatARunCameToIsKeptUntilACrashedDatabaseIsBack() throws Exception {
        OwnPostgres postgres = new OwnPostgres("jobs_crash");
        opened.add(postgres);
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        Database database = Database.open(postgres::settings);
        opened.add(database);
        StoredJobs jobs = replica(database, (job, payload, call, chunks) -> {
            runs.incrementAndGet();
            running.countDown();
            uninterruptibly(finish);
            return JobAnswer.whole(payload);
        });
        UUID id = jobs.submit(job("one")).job().id();
        Job queued = jobs.submit(new NewJob(
                        ALICE, "rest", "behind", JobTask.CHAT, JobPriority.LOW, bytes("{\"b\":1}"), null, false))
                .job();
        assertThat(running.await(60, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        postgres.crash();
        finish.countDown();
        postgres.recover();
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> jobs.find(id).orElseThrow().state() == JobState.DONE
                        && jobs.find(queued.id()).orElseThrow().state() == JobState.DONE);
        assertThat(jobs.answer(queued.id()).orElseThrow().body()).isEqualTo(bytes("{\"b\":1}"));
        assertThat(runs.get()).isEqualTo(2);
    }

    /** Records its notifications. */
    private static final class Recorder implements JobListener {
        private final List<String> told = new CopyOnWriteArrayList<>();

        boolean told(String what) {
            return told.contains(what);
        }

        @Override
        public void running(Job job) {
            told.add("running " + job.attempts() + " " + job.id());
        }

        @Override
        public @Nullable ChunkSink chunks(Job job) {
            return (sequence, chunk) -> told.add("chunk " + sequence + " " + new String(chunk, StandardCharsets.UTF_8));
        }

        @Override
        public void postponed(Job job) {
            told.add("postponed " + job.error().code() + " " + job.id());
        }

        @Override
        public void ended(EndedJob ended) {
            told.add("ended " + ended.job().state() + " " + ended.job().id());
        }
    }

    private Database database(String name) {
        Database database = Database.open(() -> SharedPostgres.fresh(name));
        opened.add(database);
        return database;
    }

    private StoredJobs replica(Database database, JobRunner runner) {
        return replica(database, runner, () -> false);
    }

    private StoredJobs replica(Database database, JobRunner runner, java.util.function.BooleanSupplier saturated) {
        JobSettings settings = new JobSettings(4, 3, Duration.ofMinutes(1), Duration.ofMillis(200), 0.125);
        Calls calls = new Calls(List.of(), Duration.ZERO);
        opened.add(calls);
        StoredJobs jobs = StoredJobs.open(database, settings, runner, saturated, calls, () -> List.of(recorder));
        jobs.start();
        opened.add(jobs::stop);
        return jobs;
    }

    private static JobAnswer untilCancelled(Call call) {
        CountDownLatch cancelled = new CountDownLatch(1);
        call.onCancel(cancelled::countDown);
        uninterruptibly(cancelled);
        call.throwIfCancelled();
        throw new IllegalStateException("not cancelled");
    }

    private static void uninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static NewJob job(String id) {
        return new NewJob(
                ALICE, "rest", id, JobTask.CHAT, JobPriority.MEDIUM, bytes("{\"id\":\"" + id + "\"}"), null, false);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
