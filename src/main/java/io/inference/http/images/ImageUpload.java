package io.inference.http.images;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.form.FormReader;
import io.inference.http.form.StreamedBody;
import io.inference.image.Images;
import io.inference.image.NewImage;
import io.inference.image.StoredImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Receives one picture into a file on the volume, while it arrives, and hands it to the store. */
final class ImageUpload {
    private static final Logger log = LoggerFactory.getLogger(ImageUpload.class);
    private static final String FIELD = "file";
    private static final int BLOCK = 64 << 10;
    private static final int LONGEST_NAME = 255;

    private final Images images;
    private final Caller owner;
    private final String requestId;
    private @Nullable StoredImage stored;

    ImageUpload(Images images, Caller owner, String requestId) {
        this.images = images;
        this.owner = owner;
        this.requestId = requestId;
    }

    /**
     * Reads a form with the part {@code file}, or a body that is the picture itself.
     *
     * @param contentType of the body
     * @param name of a picture that is the body itself; null for none
     * @throws InferenceException with {@code INVALID_REQUEST} if there is none, {@code TOO_LARGE} or
     *     {@code STORAGE_FULL}
     */
    StoredImage read(StreamedBody body, @Nullable String contentType, @Nullable String name) {
        try {
            if (contentType != null && FormReader.isForm(contentType)) {
                FormReader.read(body, contentType, part -> {
                    if (part.name().equals(FIELD)) {
                        stored = store(part.content(), part.filename());
                    }
                    return stored == null;
                });
            } else if (contentType != null
                    && contentType.toLowerCase(Locale.ROOT).startsWith("image/")) {
                stored = store(body.content(), name);
            } else {
                throw new InferenceException(
                        ErrorCode.INVALID_REQUEST,
                        "the body must be multipart/form-data with a '" + FIELD + "', or a picture of its own type");
            }
        } catch (IOException e) {
            throw new InferenceException(ErrorCode.INVALID_REQUEST, "the body ended too early", e);
        }
        if (stored == null) {
            throw InferenceException.invalid(FIELD, "'" + FIELD + "' is required");
        }
        return stored;
    }

    private StoredImage store(InputStream content, @Nullable String name) throws IOException {
        Path file = images.temporary();
        boolean received = false;
        try {
            receive(content, file);
            received = true;
        } finally {
            if (!received) {
                discard(file);
            }
        }
        return images.storeFile(owner, file, NewImage.upload(requestId, name == null ? null : filename(name)));
    }

    private void receive(InputStream content, Path file) throws IOException {
        long most = images.mostBytes();
        byte[] block = new byte[BLOCK];
        long total = 0;
        try (OutputStream out = opened(file)) {
            for (int count = content.read(block); count >= 0; count = content.read(block)) {
                total += count;
                if (total > most) {
                    throw new InferenceException(ErrorCode.TOO_LARGE, "a picture may have at most " + most + " bytes");
                }
                write(out, block, count);
            }
        }
    }

    private static OutputStream opened(Path file) {
        try {
            return Files.newOutputStream(file);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static void write(OutputStream out, byte[] block, int count) {
        try {
            out.write(block, 0, count);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static InferenceException unwritable(IOException e) {
        log.warn("an upload cannot be written: {}", e.toString());
        boolean full = String.valueOf(e instanceof FileSystemException system ? system.getReason() : e.getMessage())
                .contains("No space left");
        return full
                ? new InferenceException(ErrorCode.STORAGE_FULL, "the volume of pictures has no room left", e)
                : new InferenceException(ErrorCode.UNAVAILABLE, "the volume of pictures cannot be written now", e);
    }

    private static void discard(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The store removes it later.
            log.debug("{} is left behind", file, e);
        }
    }

    /** The last part of a path, without what a file system or a header could take for something else. */
    static @Nullable String filename(String name) {
        String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        String clean = last.replaceAll("\\p{Cntrl}", "").strip();
        String shown = clean.length() <= LONGEST_NAME ? clean : clean.substring(0, LONGEST_NAME);
        return shown.isEmpty() ? null : shown;
    }
}
