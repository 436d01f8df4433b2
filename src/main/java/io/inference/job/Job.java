package io.inference.job;

import io.inference.api.call.Caller;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job without its payload and answer.
 *
 * @param id names it for ever; the stable id of its result
 * @param caller who it is run for, as it was when the job was submitted
 * @param door where it came in: {@code rest} or {@code amqp}
 * @param correlationId the caller's own name for it, unique among that caller's
 * @param delivery what its door needs to deliver the result, in JSON of the door's own; null for none
 * @param attempts how often it was started
 * @param notBefore when it will be tried again; null unless it waits for that
 * @param startedAt when it was first started
 * @param firstError what its first failed run came to; stays when a later run succeeds
 * @param error what its last failed run came to; of a failed job, why it failed
 * @param cancelling whether it shall stop as soon as its runner hears of it
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
        boolean cancelling) {}
