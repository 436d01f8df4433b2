package io.inference.api.image;

import java.io.IOException;
import java.io.InputStream;

/** A picture to edit, or a mask. */
public sealed interface ImageInput {
    /** A picture that can be read, more than once. */
    non-sealed interface Content extends ImageInput {
        /** Such as {@code image/png}. */
        String mediaType();

        /** Length in bytes. */
        long length();

        /** Opens it; the caller closes the stream. */
        InputStream open() throws IOException;
    }

    /** A picture that the caller stored before: its id. The flow resolves it before a backend is asked. */
    record Stored(String id) implements ImageInput {}

    /** A picture on another server. The flow fetches it, where that is allowed, before a backend is asked. */
    record Remote(String url) implements ImageInput {}
}
