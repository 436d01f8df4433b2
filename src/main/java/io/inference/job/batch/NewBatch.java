package io.inference.job.batch;

import io.inference.api.call.Caller;
import io.inference.job.JobTask;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/**
 * A batch to run.
 *
 * @param endpoint path that its lines must name
 * @param completionWindow as its caller wrote {@code window}
 */
public record NewBatch(
        Caller caller,
        UUID inputFileId,
        JobTask task,
        String endpoint,
        String completionWindow,
        Duration window,
        Map<String, String> metadata) {}
