package io.inference.http.batches;

import io.inference.api.call.Caller;
import io.inference.http.json.JsonFields;
import io.inference.http.json.Metadata;
import io.inference.job.JobTask;
import io.inference.job.batch.BatchIds;
import io.inference.job.batch.NewBatch;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;

/** Reads the body of {@code POST /v1/batches}. */
public final class BatchRequestReader {
    private static final Set<JobTask> TASKS = Set.of(JobTask.CHAT, JobTask.GENERATE, JobTask.EMBEDDING);
    private static final int MOST_HOURS = 168;

    private BatchRequestReader() {}

    /** @param apiPrefix the path below which operations are, such as {@code /v1} */
    public static NewBatch read(byte[] body, Caller caller, String apiPrefix) {
        JsonFields fields = JsonFields.parse(body);
        UUID input = BatchIds.file(fields.requiredText("input_file_id"))
                .orElseThrow(() -> fields.invalid("input_file_id", "'input_file_id' must be the id of a file"));
        String endpoint = fields.requiredText("endpoint");
        JobTask task = JobTask.byPath(
                        endpoint.startsWith(apiPrefix + "/") ? endpoint.substring(apiPrefix.length() + 1) : "")
                .filter(TASKS::contains)
                .orElseThrow(() -> fields.invalid(
                        "endpoint",
                        "'endpoint' must be one of " + apiPrefix + "/chat/completions, " + apiPrefix
                                + "/completions and " + apiPrefix + "/embeddings"));
        String window = fields.requiredText("completion_window");
        return new NewBatch(caller, input, task, endpoint, window, window(fields, window), Metadata.read(fields));
    }

    private static Duration window(JsonFields fields, String text) {
        int hours = text.matches("\\d{1,3}h") ? Integer.parseInt(text.substring(0, text.length() - 1)) : 0;
        if (hours < 1 || hours > MOST_HOURS) {
            throw fields.invalid(
                    "completion_window",
                    "'completion_window' must be hours between 1h and " + MOST_HOURS + "h, such as 24h");
        }
        return Duration.ofHours(hours);
    }
}
