package io.inference.image;

import org.jspecify.annotations.Nullable;

/** Links to pictures that callers get in answers. */
@FunctionalInterface
public interface ImageLinks {
    /** A link to the bytes of a picture; null if there are no links. */
    @Nullable
    String link(StoredImage image);
}
