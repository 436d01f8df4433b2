package io.inference.job;

import org.jspecify.annotations.Nullable;

/**
 * Is notified of the jobs that this replica runs or ends. It gets the jobs of every door, so a door checks
 * {@link Job#door}. Notifications may be lost if the process ends: {@link Jobs#undelivered} finds those jobs again.
 * Called on the job's own virtual thread; failures are logged.
 */
public interface JobListener {
    /** The job starts to run; {@link Job#attempts} counts this run. */
    default void running(Job job) {}

    /** Receiver of the answer's chunks while they are generated; null if none is wanted. */
    default @Nullable ChunkSink chunks(Job job) {
        return null;
    }

    /**
     * The most urgent priority of requests that wait at a door for this replica to submit them as jobs; null for none.
     * Called before every claim, so it must return fast; call {@link Jobs#wake} if it has changed.
     */
    default @Nullable JobPriority waiting() {
        return null;
    }

    /** A run failed and the job is queued again, not to start before {@link Job#notBefore}. */
    default void postponed(Job job) {}

    /** The job has ended, and its result is stored. */
    default void ended(EndedJob ended) {}
}
