package io.inference.amqp.message;

import io.inference.api.error.InferenceException;
import io.inference.job.JobPriority;
import io.inference.job.JobTask;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a request message other than its payload. Its {@code priority} is checked and ignored: the queue
 * decides.
 *
 * @param correlationId the sender's name for the request; null if the envelope has none
 * @param timestamp as received
 */
public record Envelope(
        @Nullable String correlationId, @Nullable String timestamp, JobTask task) {
    private static final int LONGEST_TIMESTAMP = 64;
    private static final BigDecimal HIGHEST_PRIORITY = BigDecimal.TEN;

    /**
     * Reads the fields of a request except the payload. Words may be in any case; an empty type or priority counts as
     * absent.
     *
     * @throws InferenceException with {@code INVALID_REQUEST} for fields that are missing or of a wrong type
     */
    public static Envelope of(Map<?, ?> fields) {
        String type = word(text(fields, "type"));
        if (!type.isEmpty() && !type.equals("request")) {
            throw InferenceException.invalid("type", "'type' must be request");
        }
        String task = text(fields, "task");
        if (task == null) {
            throw InferenceException.invalid("task", "'task' is missing");
        }
        if (!(fields.get("payload") instanceof Map<?, ?>)) {
            throw InferenceException.invalid("payload", "'payload' must be an object: the REST body of the operation");
        }
        checkPriority(fields.get("priority"));
        return new Envelope(text(fields, "correlation_id"), timestamp(fields.get("timestamp")), task(task));
    }

    /** @throws InferenceException with {@code INVALID_REQUEST} for a name that is no task's */
    public static JobTask task(String name) {
        return known(name).orElseThrow(() -> InferenceException.invalid("task", "there is no such task"));
    }

    /** Empty for a name that is no task's. */
    static Optional<JobTask> known(String name) {
        return JobTask.byLabel(word(name));
    }

    /** Senders write it as a name or a number, the number also as text. It decides nothing. */
    private static void checkPriority(@Nullable Object value) {
        boolean known = switch (value) {
            case null -> true;
            case Number number -> isPriority(number.toString());
            case String text ->
                word(text).isEmpty() || JobPriority.byLabel(word(text)).isPresent() || isPriority(text.strip());
            default -> false;
        };
        if (!known) {
            throw InferenceException.invalid(
                    "priority", "'priority' must be high, medium, low or a number from 0 to " + HIGHEST_PRIORITY);
        }
    }

    private static boolean isPriority(String number) {
        try {
            BigDecimal value = new BigDecimal(number);
            return value.signum() >= 0 && value.compareTo(HIGHEST_PRIORITY) <= 0;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Senders write times in different formats. It decides nothing. */
    private static @Nullable String timestamp(@Nullable Object value) {
        String text = switch (value) {
            case null -> null;
            case String written -> written;
            case Number number -> number.toString();
            default -> throw invalidTimestamp();
        };
        if (text != null && text.length() > LONGEST_TIMESTAMP) {
            throw invalidTimestamp();
        }
        return text;
    }

    private static InferenceException invalidTimestamp() {
        return InferenceException.invalid(
                "timestamp", "'timestamp' must be text or a number, of at most " + LONGEST_TIMESTAMP + " characters");
    }

    private static @Nullable String text(Map<?, ?> fields, String name) {
        Object value = fields.get(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw InferenceException.invalid(name, "'" + name + "' must be text");
    }

    private static String word(@Nullable String text) {
        return text == null ? "" : text.strip().toLowerCase(Locale.ROOT);
    }
}
