package io.inference.image;

import java.util.Locale;

/** Where a stored picture is from. */
public enum ImageKind {
    /** Made by a backend from a text; kept for IMAGE_RETENTION_HOURS. */
    GENERATED,
    /** Made by a backend from other pictures; kept for IMAGE_RETENTION_HOURS. */
    EDITED,
    /** Uploaded by its owner; kept for UPLOAD_RETENTION_HOURS. */
    UPLOADED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As rows hold it and callers see it, such as {@code generated}. */
    public String label() {
        return label;
    }

    /** @throws IllegalArgumentException for a text that is no label */
    public static ImageKind of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
