package io.inference.image.store;

import io.inference.image.ImageKind;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long pictures are kept.
 *
 * @param generatedHours those that were made; 0 for ever
 * @param uploadHours uploads; 0 for ever
 */
record Retention(int generatedHours, int uploadHours) {
    private int hours(ImageKind kind) {
        return switch (kind) {
            case GENERATED, EDITED -> generatedHours;
            case UPLOADED -> uploadHours;
        };
    }

    /** When a picture expires; null for never. */
    @Nullable
    Instant expiry(ImageKind kind, Instant createdAt) {
        int hours = hours(kind);
        return hours == 0 ? null : createdAt.plus(Duration.ofHours(hours));
    }

    /** The time before which pictures of a kind were stored that have expired. */
    Instant expired(ImageKind kind) {
        int hours = hours(kind);
        return hours == 0 ? Instant.EPOCH : Instant.now().minus(Duration.ofHours(hours));
    }
}
