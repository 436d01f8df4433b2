package io.inference.http.jobs;

import io.inference.api.call.Caller;
import io.inference.http.json.JsonFields;
import io.inference.job.JobPriority;
import io.inference.job.JobTask;
import io.inference.job.NewJob;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the body of {@code POST /v1/jobs}. */
public final class JobRequestReader {
    static final String DOOR = "rest";

    private static final String PAYLOAD = "payload";

    private JobRequestReader() {}

    /**
     * @param idempotencyKey the header of that name: the correlation id
     * @param apiPrefix the path below which operations are, such as {@code /v1}
     */
    public static NewJob read(byte[] body, Caller caller, @Nullable String idempotencyKey, String apiPrefix) {
        JsonFields fields = JsonFields.parse(body);
        JobTask task = task(fields, apiPrefix);
        String priority = fields.text("priority", JobPriority.MEDIUM.label());
        JobPriority known = JobPriority.byLabel(priority)
                .orElseThrow(() -> fields.invalid("priority", "'priority' must be high, medium or low"));
        JsonFields payload = fields.requiredObject(PAYLOAD);
        if (Boolean.TRUE.equals(payload.flag("stream"))) {
            throw payload.unsupported(
                    "stream", "a job's result is kept and fetched whole; 'payload.stream' must be false");
        }
        byte[] kept = Objects.requireNonNull(fields.json(PAYLOAD)).getBytes(StandardCharsets.UTF_8);
        return new NewJob(caller, DOOR, correlationId(fields, idempotencyKey), task, known, kept, null, false);
    }

    /** The task, by its name or its path; {@code operation} is an alias of the field. */
    private static JobTask task(JsonFields fields, String apiPrefix) {
        String field = fields.has("operation") && !fields.has("task") ? "operation" : "task";
        String text = fields.requiredText(field);
        Optional<JobTask> byPath = text.startsWith(apiPrefix + "/")
                ? JobTask.byPath(text.substring(apiPrefix.length() + 1))
                : Optional.empty();
        return byPath.or(() -> JobTask.byLabel(text))
                .orElseThrow(() -> fields.invalid(
                        field,
                        "'" + field + "' must name an operation, such as chat or " + apiPrefix + "/chat/completions"));
    }

    private static String correlationId(JsonFields fields, @Nullable String idempotencyKey) {
        String id = fields.text("correlation_id");
        if (id != null && idempotencyKey != null && !id.equals(idempotencyKey)) {
            throw fields.invalid("correlation_id", "'correlation_id' and the header Idempotency-Key differ");
        }
        if (id != null) {
            return id;
        }
        return idempotencyKey == null ? UUID.randomUUID().toString() : idempotencyKey;
    }
}
