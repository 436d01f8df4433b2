package io.inference.job.batch;

import java.util.Optional;
import java.util.UUID;

/** Ids in OpenAI's form: a prefix for the kind, and 32 digits. */
public final class BatchIds {
    private static final String FILE = "file-";
    private static final String BATCH = "batch_";

    private BatchIds() {}

    public static String file(UUID id) {
        return FILE + digits(id);
    }

    public static String batch(UUID id) {
        return BATCH + digits(id);
    }

    /** Empty if it is not the id of a file. */
    public static Optional<UUID> file(String text) {
        return parse(FILE, text);
    }

    /** Empty if it is not the id of a batch. */
    public static Optional<UUID> batch(String text) {
        return parse(BATCH, text);
    }

    private static String digits(UUID id) {
        return id.toString().replace("-", "");
    }

    private static Optional<UUID> parse(String prefix, String text) {
        String digits = text.startsWith(prefix) ? text.substring(prefix.length()) : "";
        if (!digits.matches("[0-9a-f]{32}")) {
            return Optional.empty();
        }
        return Optional.of(new UUID(
                Long.parseUnsignedLong(digits.substring(0, 16), 16), Long.parseUnsignedLong(digits.substring(16), 16)));
    }
}
