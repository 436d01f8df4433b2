package io.inference.job.worker;

import io.inference.api.call.BackgroundTasks;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.call.Calls;
import io.inference.database.Database;
import io.inference.job.EndedJob;
import io.inference.job.Job;
import io.inference.job.JobAnswer;
import io.inference.job.JobListener;
import io.inference.job.JobPage;
import io.inference.job.JobPriority;
import io.inference.job.JobRunner;
import io.inference.job.JobState;
import io.inference.job.JobTask;
import io.inference.job.Jobs;
import io.inference.job.NewJob;
import io.inference.job.Submission;
import io.inference.job.store.BatchJobs;
import io.inference.job.store.ClaimOrder;
import io.inference.job.store.DatabaseClock;
import io.inference.job.store.JobLeases;
import io.inference.job.store.JobStore;
import io.inference.job.store.Retries;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Jobs in PostgreSQL, and this replica's workers. Starts after everything that runs jobs, and stops before it. */
public final class StoredJobs implements Jobs, BackgroundTasks, SmartLifecycle, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StoredJobs.class);
    private static final int LONGEST_ID = 200;

    /** The door of the service's own tasks. */
    private static final String INTERNAL = "internal";

    private final JobStore store;
    private final JobWorkers workers;
    private final BatchJobs batchJobs;
    private final DeliveryNotes deliveries;
    private volatile boolean started;

    private StoredJobs(JobStore store, JobWorkers workers, BatchJobs batchJobs) {
        this.store = store;
        this.workers = workers;
        this.batchJobs = batchJobs;
        this.deliveries = new DeliveryNotes(store::delivered);
    }

    /**
     * @param saturated whether the backends are overloaded
     * @param calls in progress: each run is one, like each call of a door
     * @param listeners looked up for each notification
     */
    public static StoredJobs open(
            Database database,
            JobSettings settings,
            JobRunner runner,
            BooleanSupplier saturated,
            Calls calls,
            Supplier<List<JobListener>> listeners) {
        DatabaseClock clock = new DatabaseClock(database);
        ClaimOrder order = new ClaimOrder(settings.lowShare(), () -> mostUrgent(listeners.get()));
        JobLeases leases = new JobLeases(database, clock, UUID.randomUUID(), JobWorkers.LEASE, order);
        var context = new JobRunContext(
                runner, leases, new Retries(settings.attempts()), settings.runTimeout(), clock, calls, listeners);
        JobWorkers workers = new JobWorkers(leases, context, settings, saturated, clock::adjust);
        var batchJobs = new BatchJobs(database, workers::wake, workers::cancel);
        return new StoredJobs(new JobStore(database, clock), workers, batchJobs);
    }

    private static @Nullable JobPriority mostUrgent(List<JobListener> listeners) {
        JobPriority most = null;
        for (JobListener listener : listeners) {
            most = ClaimOrder.moreUrgent(most, listener.waiting());
        }
        return most;
    }

    /** Jobs that run at this replica now. */
    public int running() {
        return workers.count();
    }

    /** The same jobs, for batches. */
    public BatchJobs batchJobs() {
        return batchJobs;
    }

    @Override
    public Submission submit(NewJob job) {
        String id = job.correlationId();
        if (id.isBlank() || id.length() > LONGEST_ID || id.chars().anyMatch(Character::isISOControl)) {
            throw InferenceException.invalid(
                    "correlation_id",
                    "'correlation_id' must have 1 to " + LONGEST_ID + " characters and no control characters");
        }
        JobStore.Found found = store.addOrFind(job);
        if (found.added()) {
            workers.wake();
            return new Submission(Submission.Kind.NEW, found.job());
        }
        if (!found.same()) {
            throw new InferenceException(
                    ErrorCode.CONFLICT, "there is already a job of that correlation id with another task or payload");
        }
        boolean ended = found.job().state().isEnded();
        return new Submission(ended ? Submission.Kind.ENDED : Submission.Kind.UNDER_WAY, found.job());
    }

    @Override
    public void submit(Caller owner, String task, String key, byte[] payload) {
        JobTask internal = JobTask.valueOf(task.toUpperCase(Locale.ROOT));
        // Its submitter finds that it is missing after a crash and submits it again.
        var job = new NewJob(owner, INTERNAL, key, internal, JobPriority.LOW, payload, null, true);
        if (store.addOrFind(job).added()) {
            workers.wake();
        }
    }

    @Override
    public Optional<Job> find(UUID id) {
        return store.find(id);
    }

    @Override
    public Optional<Job> find(Caller owner, String correlationId) {
        return store.find(owner, correlationId);
    }

    @Override
    public JobPage list(@Nullable Caller owner, @Nullable JobState state, @Nullable UUID after, int most) {
        List<Job> jobs = store.list(owner, state, after, most + 1);
        return new JobPage(jobs.subList(0, Math.min(most, jobs.size())), jobs.size() > most);
    }

    @Override
    public Optional<byte[]> payload(UUID id) {
        return store.payload(id);
    }

    @Override
    public int ahead(Job job) {
        return job.state() == JobState.QUEUED ? store.ahead(job) : 0;
    }

    @Override
    public Optional<JobAnswer> answer(UUID id) {
        return store.answer(id);
    }

    @Override
    public Optional<Job> cancel(UUID id) {
        Optional<Job> cancelled = store.cancel(id);
        if (cancelled.isEmpty()) {
            return store.find(id);
        }
        Job job = cancelled.get();
        if (job.state().isEnded()) {
            workers.notifyEnded(job);
        } else {
            workers.cancel(id);
        }
        return cancelled;
    }

    @Override
    public Optional<Job> cancel(Caller owner, String correlationId) {
        return store.find(owner, correlationId).flatMap(job -> cancel(job.id()));
    }

    @Override
    public List<EndedJob> undelivered(String door, int most) {
        return store.undelivered(door, most);
    }

    @Override
    public void delivered(UUID id) {
        deliveries.add(id);
    }

    @Override
    public void wake() {
        workers.wake();
    }

    @Override
    public void pause() {
        workers.pause();
    }

    @Override
    public void resume() {
        workers.resume();
    }

    @Override
    public void start() {
        workers.start();
        started = true;
    }

    @Override
    public void stop() {
        started = false;
        try {
            workers.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops on a thread of its own, so that the doors' calls and the jobs share the grace. */
    @Override
    public void stop(Runnable whenStopped) {
        Thread.ofVirtual().name("jobs-stop").start(() -> {
            try {
                stop();
            } catch (RuntimeException e) {
                log.warn("jobs did not stop as they should", e);
            } finally {
                whenStopped.run();
            }
        });
    }

    @Override
    public boolean isRunning() {
        return started;
    }

    @Override
    public int getPhase() {
        return Calls.DOORS_PHASE;
    }

    /** Before the database closes, and after the results of the last jobs have arrived. */
    @Override
    public void close() {
        deliveries.flush();
    }
}
