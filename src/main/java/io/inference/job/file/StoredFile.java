package io.inference.job.file;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A file without its content.
 *
 * @param owner the caller that owns it
 * @param tenant that caller's; null for none
 * @param purpose {@link #INPUT} or {@link #OUTPUT}
 * @param bytes its size
 */
public record StoredFile(
        UUID id,
        String owner,
        @Nullable String tenant,
        String filename,
        String purpose,
        long bytes,
        Instant createdAt) {
    /** Uploaded by its owner, with the requests of a batch. */
    public static final String INPUT = "batch";

    /** Written by a batch. */
    public static final String OUTPUT = "batch_output";
}
