package io.inference.job.worker;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.call.OpenCall;
import io.inference.job.ChunkSink;
import io.inference.job.EndedJob;
import io.inference.job.Job;
import io.inference.job.JobAnswer;
import io.inference.job.JobError;
import io.inference.job.JobListener;
import io.inference.job.store.Lease;
import io.inference.job.store.Retries;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a job, from its lease to its stored result. */
final class JobRun {
    private static final Logger log = LoggerFactory.getLogger(JobRun.class);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(1);

    private final Lease lease;
    private final JobRunContext context;
    private final Call call;
    private final AtomicLong nextProgressNanos = new AtomicLong(System.nanoTime());
    private volatile boolean lost;

    JobRun(Lease lease, JobRunContext context) {
        this.lease = lease;
        this.context = context;
        this.call = new Call(lease.job().id().toString(), lease.job().door(), context.timeout());
        call.onProgress(this::storeProgress);
    }

    int attempt() {
        return lease.attempt();
    }

    /** Its caller wants it to stop. */
    void cancel() {
        call.cancel(ErrorCode.CANCELLED);
    }

    /** Another replica has its lease now: the result of this run is discarded. */
    void lose() {
        lost = true;
        call.cancel(ErrorCode.UNAVAILABLE);
    }

    /** The service stops: another replica will run it. */
    void giveBack() {
        call.cancel(ErrorCode.UNAVAILABLE);
    }

    /**
     * Runs it and stores its result.
     *
     * @return notifies the listeners
     */
    Runnable run() {
        context.notifyListeners(listener -> listener.running(lease.job()));
        OpenCall open = context.calls().open(call);
        JobAnswer answer = null;
        InferenceException failure = null;
        try {
            answer = context.runner().run(lease.job(), lease.payload(), call, chunks());
        } catch (RuntimeException | Error e) {
            failure = open.failure(e);
        }
        open.end(failure);
        return answer != null ? settle(answer) : settle(Objects.requireNonNull(failure));
    }

    /** Whether it was cancelled because the service stops, so that another replica runs it. */
    private boolean isGivenBack() {
        return call.cancelled() == ErrorCode.UNAVAILABLE;
    }

    /** Stores it at most once a second: the next report has all that this one has. */
    private void storeProgress(int done, int total, int queued) {
        long now = System.nanoTime();
        long next = nextProgressNanos.get();
        if (now - next < 0 || !nextProgressNanos.compareAndSet(next, now + PROGRESS_EVERY.toNanos())) {
            return;
        }
        try {
            context.leases().progress(lease, done, total, queued);
        } catch (InferenceException e) {
            log.debug(
                    "the progress of the job {} cannot be stored: {}",
                    lease.job().id(),
                    e.getMessage());
        }
    }

    private ChunkSink chunks() {
        for (JobListener listener : context.listeners().get()) {
            ChunkSink sink = listener.chunks(lease.job());
            if (sink != null) {
                return sink;
            }
        }
        return ChunkSink.NONE;
    }

    private Runnable settle(JobAnswer answer) {
        return store(() -> context.leases().done(lease, answer))
                .<Runnable>map(job -> () -> context.notifyEnded(new EndedJob(job, answer)))
                .orElse(() -> {});
    }

    private Runnable settle(InferenceException failure) {
        if (lost) {
            return () -> {};
        }
        if (isGivenBack() && failure.code() == ErrorCode.UNAVAILABLE) {
            Optional<Job> ignored = store(() -> context.leases().released(lease));
            return () -> {};
        }
        return store(() -> storeFailure(failure))
                .<Runnable>map(job -> () -> {
                    if (job.state().isEnded()) {
                        context.notifyEnded(new EndedJob(job, null));
                    } else {
                        context.notifyListeners(listener -> listener.postponed(job));
                    }
                })
                .orElse(() -> {});
    }

    private Optional<Job> storeFailure(InferenceException failure) {
        if (failure.code() == ErrorCode.CANCELLED) {
            return context.leases().cancelled(lease);
        }
        JobError error = JobError.of(failure);
        Retries.@Nullable Again again =
                context.retries().after(lease, failure, context.clock().instant());
        return again == null
                ? context.leases().failed(lease, error)
                : context.leases().postponed(lease, error, again);
    }

    /** Tries until the database is available, so that a short outage does not lose the result. */
    private Optional<Job> store(Supplier<Optional<Job>> change) {
        while (true) {
            try {
                Optional<Job> job = change.get();
                if (job.isEmpty()) {
                    log.warn(
                            "the job {} was given to another replica while it ran here",
                            lease.job().id());
                }
                return job;
            } catch (InferenceException e) {
                if (lost || isGivenBack() || !e.code().disposition().isRetried()) {
                    log.warn(
                            "the result of the job {} cannot be stored: {}",
                            lease.job().id(),
                            e.getMessage());
                    return Optional.empty();
                }
            }
            try {
                Thread.sleep(BETWEEN_TRIES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
    }
}
