package io.inference.http.images;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.form.FormReader;
import io.inference.http.form.ReceivedFile;
import io.inference.http.form.StreamedBody;
import io.inference.image.Images;
import io.inference.image.NewImage;
import io.inference.image.StoredImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Receives one picture into a file on the volume, while it arrives, and hands it to the store. */
final class ImageUpload {
    private static final String FIELD = "file";
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
            long ignored = ReceivedFile.write(content, file, images.mostBytes());
            received = true;
        } finally {
            if (!received) {
                ReceivedFile.discard(file);
            }
        }
        return images.storeFile(owner, file, NewImage.upload(requestId, name == null ? null : filename(name)));
    }

    /** The last part of a path, without what a file system or a header could take for something else. */
    static @Nullable String filename(String name) {
        String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        String clean = last.replaceAll("\\p{Cntrl}", "").strip();
        String shown = clean.length() <= LONGEST_NAME ? clean : clean.substring(0, LONGEST_NAME);
        return shown.isEmpty() ? null : shown;
    }
}
