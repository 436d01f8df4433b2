package io.inference.job;

import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of all replicas. Every method fails with {@link io.inference.api.error.ErrorCode#UNAVAILABLE} while the
 * database is unavailable. Each may block, and may be called by many threads at once.
 */
public interface Jobs {
    /**
     * Submits a job, or finds it if the same caller has submitted it before.
     *
     * @throws InferenceException with {@code CONFLICT} if the earlier one had another task or payload
     */
    Submission submit(NewJob job);

    /** The job of this id, of any caller; a door must show callers only their own jobs. */
    Optional<Job> find(UUID id);

    /** The caller's own job of that correlation id. */
    Optional<Job> find(Caller owner, String correlationId);

    /**
     * @param owner null for all callers
     * @param state null for all states
     * @param after the last job of the previous page; null for the first page
     * @param most jobs a page
     */
    JobPage list(@Nullable Caller owner, @Nullable JobState state, @Nullable UUID after, int most);

    /** What was submitted; empty once the job is no longer kept. */
    Optional<byte[]> payload(UUID id);

    /**
     * Number of queued jobs, of all callers, whose turn is before this one's; 0 unless it is queued. Exact up to a
     * thousand. More urgent jobs submitted later and jobs claimed out of turn are not counted.
     */
    int ahead(Job job);

    /** The answer of a job; empty unless it is done and its answer still kept. */
    Optional<JobAnswer> answer(UUID id);

    /**
     * Stops a job: one that is queued has ended when this returns, one that runs ends within about a second, at
     * whatever replica. One that has ended stays as it is.
     *
     * @return the job as it is then; empty if there is none
     */
    Optional<Job> cancel(UUID id);

    /** Stops the caller's own job of that correlation id. */
    Optional<Job> cancel(Caller owner, String correlationId);

    /**
     * Jobs of a door that have ended and not been {@linkplain #delivered delivered}, the longest ended first: after a
     * crash, or because they ended at another replica. Doors ask at the start and periodically.
     *
     * @param most jobs to return
     */
    List<EndedJob> undelivered(String door, int most);

    /**
     * Records that a job's result has arrived, so that {@link #undelivered} leaves it out. Returns at once: the record
     * is written soon, and is lost after a crash or if the database is unavailable.
     */
    void delivered(UUID id);

    /** Looks for jobs to run now instead of at the next periodic check. */
    void wake();

    /**
     * Claims no more jobs at this replica; running jobs go on. Nests: claims resume after as many {@link #resume}
     * calls.
     */
    void pause();

    void resume();
}
