package io.inference.job;

import org.jspecify.annotations.Nullable;

/**
 * Hears of the jobs that this replica runs or ends; of every door's, so that a door looks at {@link Job#door}. What is told here may get
 * lost with the process: {@link Jobs#undelivered} finds it again. Called on the job's own virtual thread; failures are logged.
 */
public interface JobListener {
    /** It starts to run: {@link Job#attempts} says for which time. */
    default void running(Job job) {}

    /** Where the chunks of its answer shall go while they are made; null where nobody waits for them. */
    default @Nullable ChunkSink chunks(Job job) {
        return null;
    }

    /** A run failed and the job is queued again, until {@link Job#notBefore}. */
    default void postponed(Job job) {}

    /** It has ended, and that is stored. */
    default void ended(EndedJob ended) {}
}
