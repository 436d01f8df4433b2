package io.inference.job.batch;

import io.inference.api.call.Caller;
import io.inference.job.JobTask;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A batch.
 *
 * @param endpoint the path of the operation, as named by its caller
 * @param expiring whether its time is over
 * @param faults faults of its input, if it has failed
 * @param outputFileId null until it has ended, or if no line succeeded
 * @param errorFileId null until it has ended, or if every line succeeded
 * @param total lines
 * @param completed lines that succeeded
 * @param failed lines that did not
 * @param endedAt time of its last status
 */
public record Batch(
        UUID id,
        Caller caller,
        UUID inputFileId,
        JobTask task,
        String endpoint,
        String completionWindow,
        Map<String, String> metadata,
        BatchStatus status,
        boolean expiring,
        List<LineFault> faults,
        @Nullable UUID outputFileId,
        @Nullable UUID errorFileId,
        int total,
        int completed,
        int failed,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant inProgressAt,
        @Nullable Instant finalizingAt,
        @Nullable Instant cancellingAt,
        @Nullable Instant endedAt) {
    public Batch {
        metadata = Map.copyOf(metadata);
        faults = List.copyOf(faults);
    }

    Batch withCounts(int nowCompleted, int nowFailed) {
        return new Batch(
                id,
                caller,
                inputFileId,
                task,
                endpoint,
                completionWindow,
                metadata,
                status,
                expiring,
                faults,
                outputFileId,
                errorFileId,
                total,
                nowCompleted,
                nowFailed,
                createdAt,
                expiresAt,
                inProgressAt,
                finalizingAt,
                cancellingAt,
                endedAt);
    }
}
