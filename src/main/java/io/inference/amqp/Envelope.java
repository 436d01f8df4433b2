package io.inference.amqp;

import io.inference.api.InferenceException;
import io.inference.job.JobPriority;
import io.inference.job.JobTask;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request message says beside its payload.
 *
 * @param correlationId the sender's name for the request; null where the envelope has none
 * @param priority as it was asked; the queue may decide otherwise
 * @param timestamp as it came
 */
record Envelope(
        @Nullable String correlationId,
        JobPriority priority,
        @Nullable String timestamp,
        JobTask task) {
    /**
     * Reads the fields of a request and leaves the payload where it is.
     *
     * @throws InferenceException with {@code INVALID_REQUEST} for fields that are missing or of a wrong type
     */
    static Envelope of(Map<?, ?> fields) {
        String type = text(fields, "type");
        if (type != null && !type.equals("request")) {
            throw InferenceException.invalid("type", "'type' must be request");
        }
        String task = text(fields, "task");
        if (task == null) {
            throw InferenceException.invalid("task", "'task' is missing");
        }
        if (!(fields.get("payload") instanceof Map<?, ?>)) {
            throw InferenceException.invalid("payload", "'payload' must be an object: the REST body of the operation");
        }
        return new Envelope(
                text(fields, "correlation_id"),
                priority(text(fields, "priority")),
                timestamp(fields.get("timestamp")),
                JobTask.byLabel(task).orElseThrow(() -> InferenceException.invalid("task", "there is no such task")));
    }

    private static JobPriority priority(@Nullable String label) {
        return label == null
                ? JobPriority.MEDIUM
                : JobPriority.byLabel(label)
                        .orElseThrow(
                                () -> InferenceException.invalid("priority", "'priority' must be high, medium or low"));
    }

    /** Senders differ in how they write a time, and nothing is decided by it. */
    private static @Nullable String timestamp(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String text when text.length() <= 64 -> text;
            case Number number -> number.toString();
            default -> throw InferenceException.invalid("timestamp", "'timestamp' must be text or a number");
        };
    }

    private static @Nullable String text(Map<?, ?> fields, String name) {
        Object value = fields.get(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw InferenceException.invalid(name, "'" + name + "' must be text");
    }
}
