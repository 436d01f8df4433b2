package io.inference.image;

import io.inference.api.image.ImageInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A picture in a file, as an input: read when a backend's request is written.
 *
 * @param length in bytes
 */
public record ImageFile(String mediaType, long length, Path file) implements ImageInput.Content {
    @Override
    public InputStream open() throws IOException {
        return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
    }
}
