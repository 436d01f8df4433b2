package io.inference.job.worker;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.job.EndedJob;
import io.inference.job.Job;
import io.inference.job.JobError;
import io.inference.job.store.JobLeases;
import io.inference.job.store.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Runs jobs at this replica: one thread claims as many as may run and prolongs their leases; each job runs on a thread
 * of its own. A submission here wakes it at once; jobs that other replicas submitted, postponed or lost are found
 * within a {@link #TICK}.
 */
final class JobWorkers {
    static final Duration LEASE = Duration.ofSeconds(20);

    private static final Logger log = LoggerFactory.getLogger(JobWorkers.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration HEARTBEAT = LEASE.dividedBy(4);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration WHILE_SATURATED = Duration.ofMillis(100);
    private static final Duration UNAVAILABLE_PAUSE = Duration.ofSeconds(3);
    private static final JobError LOST =
            new JobError(ErrorCode.INTERNAL, "the service ended unexpectedly while it ran this job", null);

    private final JobLeases leases;
    private final JobRunContext context;
    private final JobSettings settings;
    private final BooleanSupplier saturated;
    private final Runnable everyMinute;
    private final Map<UUID, JobRun> running = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private @Nullable Thread dispatcher;
    private int pauses;
    private boolean stopping;
    private boolean stopped;
    /** Whether there may be more jobs to claim than the last claim took. */
    private boolean backlog;
    /** Threads that run a job or notify of its end. */
    private int active;

    private long claimNotBefore = System.nanoTime();
    private long nextTick = System.nanoTime();
    private long nextHeartbeat = System.nanoTime();
    private long nextMinute = System.nanoTime();

    /**
     * @param saturated whether the backends are overloaded, so that jobs should stay queued
     * @param everyMinute run every minute while the database is available
     */
    JobWorkers(
            JobLeases leases,
            JobRunContext context,
            JobSettings settings,
            BooleanSupplier saturated,
            Runnable everyMinute) {
        this.everyMinute = everyMinute;
        this.leases = leases;
        this.context = context;
        this.settings = settings;
        this.saturated = saturated;
    }

    void start() {
        dispatcher = Thread.ofVirtual().name("job-dispatcher").start(this::dispatch);
    }

    /** Called if there is a job to claim. */
    void wake() {
        signal(() -> backlog = true);
    }

    void pause() {
        signal(() -> pauses++);
    }

    void resume() {
        signal(() -> {
            pauses = Math.max(0, pauses - 1);
            backlog = true;
        });
    }

    /** Stops a job if it runs here. */
    void cancel(UUID id) {
        JobRun run = running.get(id);
        if (run != null) {
            run.cancel();
        }
    }

    /** Number of running jobs. */
    int count() {
        return running.size();
    }

    /** Notifies that a job has ended without an answer. */
    void notifyEnded(Job job) {
        begin(() -> context.notifyEnded(new EndedJob(job, null)));
    }

    /**
     * Claims nothing more, waits up to the grace for running jobs, and returns the rest to the queue. Leases are kept
     * meanwhile.
     */
    void stop() throws InterruptedException {
        signal(() -> stopping = true);
        awaitEnd(settings.grace());
        running.values().forEach(JobRun::giveBack);
        awaitEnd(TICK);
        signal(() -> stopped = true);
        Thread thread = dispatcher;
        if (thread != null && !thread.join(TICK)) {
            // It waits for an unavailable database.
            thread.interrupt();
            boolean ignored = thread.join(TICK);
        }
    }

    private void awaitEnd(Duration longest) throws InterruptedException {
        long left = longest.toNanos();
        lock.lock();
        try {
            while (active > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void signal(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void dispatch() {
        boolean unavailable = false;
        while (awaitWork()) {
            try {
                tick();
                claim();
                unavailable = false;
            } catch (InferenceException e) {
                log.atLevel(unavailable ? Level.DEBUG : Level.WARN).log("no jobs are run for now: {}", e.getMessage());
                unavailable = true;
                putOff(UNAVAILABLE_PAUSE);
            } catch (RuntimeException e) {
                log.error("jobs cannot be claimed", e);
                putOff(UNAVAILABLE_PAUSE);
            }
        }
    }

    /** False once it is over. */
    private boolean awaitWork() {
        lock.lock();
        try {
            while (!stopped) {
                long now = System.nanoTime();
                long left = nextTick - now;
                if (isClaiming()) {
                    left = Math.min(left, claimNotBefore - now);
                }
                if (left <= 0) {
                    return true;
                }
                long ignored = changed.awaitNanos(left);
            }
            return false;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClaiming() {
        return backlog && pauses == 0 && !stopping && running.size() < settings.concurrency();
    }

    private void putOff(Duration time) {
        long then = System.nanoTime() + time.toNanos();
        nextTick = then;
        claimNotBefore = then;
        signal(() -> backlog = true);
    }

    private void tick() {
        long now = System.nanoTime();
        if (now - nextTick < 0) {
            return;
        }
        keepLeases(now);
        for (Job ended : leases.tend(settings.attempts(), LOST)) {
            notifyEnded(ended);
        }
        if (now - nextMinute >= 0) {
            everyMinute.run();
            nextMinute = now + MINUTE.toNanos();
        }
        nextTick = now + TICK.toNanos();
        signal(() -> backlog = true);
    }

    /** Also finds the jobs that another replica was asked to cancel here. */
    private void keepLeases(long now) {
        Set<UUID> ids = Set.copyOf(running.keySet());
        if (ids.isEmpty()) {
            return;
        }
        if (now - nextHeartbeat < 0) {
            leases.cancelling().forEach(this::cancel);
            return;
        }
        Map<UUID, Boolean> held =
                leases.prolong(ids).stream().collect(Collectors.toMap(JobLeases.Held::id, JobLeases.Held::cancelling));
        for (UUID id : ids) {
            JobRun run = running.get(id);
            Boolean cancelling = held.get(id);
            if (run == null) {
                continue;
            }
            if (cancelling == null) {
                run.lose();
            } else if (cancelling) {
                run.cancel();
            }
        }
        nextHeartbeat = now + HEARTBEAT.toNanos();
    }

    private void claim() {
        int free;
        lock.lock();
        try {
            if (!isClaiming() || System.nanoTime() - claimNotBefore < 0) {
                return;
            }
            free = settings.concurrency() - running.size();
            // Set before the query, which may miss a job that is submitted from now on.
            backlog = false;
        } finally {
            lock.unlock();
        }
        if (saturated.getAsBoolean()) {
            claimNotBefore = System.nanoTime() + WHILE_SATURATED.toNanos();
            signal(() -> backlog = true);
            return;
        }
        List<Lease> claimed = leases.claim(free);
        claimed.forEach(this::run);
        if (claimed.size() == free) {
            signal(() -> backlog = true);
        }
    }

    private void run(Lease lease) {
        UUID id = lease.job().id();
        JobRun under = running.get(id);
        if (under != null && under.attempt() == lease.attempt()) {
            // The database lost the first claim of this job in a crash.
            return;
        }
        JobRun run = new JobRun(lease, context);
        running.put(id, run);
        begin(() -> {
            Runnable notification = () -> {};
            try {
                notification = run.run();
            } finally {
                // Another job may run while the listeners of this one are notified.
                signal(() -> running.remove(id, run));
            }
            notification.run();
        });
    }

    private void begin(Runnable work) {
        signal(() -> active++);
        Thread.ofVirtual().name("job").start(() -> {
            try {
                work.run();
            } finally {
                signal(() -> active--);
            }
        });
    }
}
