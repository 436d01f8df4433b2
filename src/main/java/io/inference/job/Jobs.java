package io.inference.job;

import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of all replicas. Every method fails with {@link io.inference.api.error.ErrorCode#UNAVAILABLE} while the
 * database is away; each may
 * block and be called by many threads at once.
 */
public interface Jobs {
    /**
     * Takes a job in, or finds it where the same caller has submitted it before.
     *
     * @throws InferenceException with {@code CONFLICT} where that one had another task or payload
     */
    Submission submit(NewJob job);

    /** The job of this id, whoever's it is: callers are to be told of their own alone. */
    Optional<Job> find(UUID id);

    /** The caller's own job of that correlation id. */
    Optional<Job> find(Caller owner, String correlationId);

    /**
     * @param owner null for everybody's
     * @param state null for every one
     * @param after the job that the page before ended with; null for the first page
     * @param most jobs a page
     */
    JobPage list(@Nullable Caller owner, @Nullable JobState state, @Nullable UUID after, int most);

    /** What was submitted; empty once the job is no longer kept. */
    Optional<byte[]> payload(UUID id);

    /**
     * How many queued jobs, whoever's they are, have their turn before this one; 0 unless it is queued. Exact up to a thousand; a job
     * of more urgency that is submitted later is not foreseen, nor what is claimed out of its turn.
     */
    int ahead(Job job);

    /** What a job came to; empty unless it is done, or once that is no longer kept. */
    Optional<JobAnswer> answer(UUID id);

    /**
     * Stops a job: one that is queued has ended when this returns, one that runs ends within about a second, at whatever replica. One
     * that has ended stays as it is.
     *
     * @return the job as it is then; empty where there is none
     */
    Optional<Job> cancel(UUID id);

    /** Stops the caller's own job of that correlation id. */
    Optional<Job> cancel(Caller owner, String correlationId);

    /**
     * Jobs of a door that have ended and not been {@linkplain #delivered delivered}, the longest ended first: after a crash, or because
     * they ended at another replica. To be asked at the start and from time to time.
     *
     * @param most jobs to return
     */
    List<EndedJob> undelivered(String door, int most);

    /**
     * Notes that a job's result has arrived, so that {@link #undelivered} leaves it out: soon, and not at all if a crash or a database
     * that is away comes between. Returns at once.
     */
    void delivered(UUID id);

    /** Looks for jobs to run now, not with the next look of its own: there may be some that there were not before. */
    void wake();

    /** Takes no more jobs to run at this replica; those that run go on. Nests: as many {@link #resume} calls let it go on. */
    void pause();

    void resume();
}
