package io.inference.image.input;

import io.inference.api.image.ImageInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A stored picture, as an input: read from its file when a backend's request is written.
 *
 * @param length in bytes
 */
record StoredContent(String mediaType, long length, Path file) implements ImageInput.Content {
    @Override
    public InputStream open() throws IOException {
        return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
    }
}
