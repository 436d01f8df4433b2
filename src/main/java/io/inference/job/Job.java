package io.inference.job;

import io.inference.api.call.Caller;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job without its payload and answer.
 *
 * @param id never reused; also the id of its result
 * @param caller caller for whom it runs, as of the submission
 * @param door door at which it was submitted: {@code rest}, {@code amqp}, or {@code internal} for a task of the service
 * @param correlationId the caller's own name for it, unique among that caller's
 * @param delivery data with which its door delivers the result, in the door's own JSON; null for none
 * @param attempts number of starts
 * @param notBefore time of the next attempt; null unless it waits for one
 * @param startedAt time of the first start
 * @param firstError error of its first failed run; stays if a later run succeeds
 * @param error error of its last failed run; of a failed job, the reason
 * @param cancelling whether its runner is to stop it
 * @param progress of its last run; null if the run has reported none
 */
public record Job(
        UUID id,
        Caller caller,
        String door,
        String correlationId,
        JobTask task,
        JobPriority priority,
        JobState state,
        @Nullable String delivery,
        int attempts,
        Instant createdAt,
        @Nullable Instant notBefore,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable JobError firstError,
        @Nullable JobError error,
        boolean cancelling,
        @Nullable Progress progress) {
    /**
     * How far a run is.
     *
     * @param done steps that are done
     * @param total all steps, as far as they are known
     * @param queued requests that its backend does before it; 0 once it has begun
     */
    public record Progress(int done, int total, int queued) {}
}
