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

    /**
     * The most urgent priority of requests that wait at a door for this replica to make jobs of them; null for none. Asked before every claim,
     * so it must not take long; {@link Jobs#wake} says that it has changed.
     */
    default @Nullable JobPriority waiting() {
        return null;
    }

    /** A run failed and the job is queued again, until {@link Job#notBefore}. */
    default void postponed(Job job) {}

    /** It has ended, and that is stored. */
    default void ended(EndedJob ended) {}
}
