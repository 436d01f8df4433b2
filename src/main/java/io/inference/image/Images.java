package io.inference.image;

import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import java.nio.file.Path;

/**
 * The stored pictures of callers: rows in PostgreSQL, bytes in files below IMAGE_DIR. A picture belongs to one subject
 * of one tenant; another's is {@code NOT_FOUND}, for admins too. All methods fail with {@code UNAVAILABLE} while the
 * database or the volume cannot be used.
 */
public interface Images {
    /**
     * Stores a picture from memory.
     *
     * @throws InferenceException with {@code INVALID_REQUEST} if it is no complete picture of a known type and of an
     *     allowed size, {@code STORAGE_FULL} if the volume or the owner's quota has no room
     */
    StoredImage store(Caller owner, ImageData data, NewImage details);

    /**
     * Stores a picture from a file of {@link #temporary}, which is gone afterwards, whether or not this succeeds.
     *
     * @throws InferenceException as {@link #store}
     */
    StoredImage storeFile(Caller owner, Path file, NewImage details);

    /** @throws InferenceException with {@code NOT_FOUND} if the caller has no such picture */
    StoredImage get(Caller owner, String id);

    /**
     * As {@link #get}, for reading the content of the same picture often. Another replica's deletion is seen a second
     * later at most, one of this replica at once.
     */
    StoredImage recent(Caller owner, String id);

    /**
     * The file with a picture's bytes: a regular file inside IMAGE_DIR, reached by no link.
     *
     * @throws InferenceException with {@code NOT_FOUND} if it is gone
     */
    Path content(StoredImage image);

    /** @throws InferenceException with {@code NOT_FOUND} if the picture that the page follows is gone */
    ImagePage list(Caller owner, ImageQuery query);

    /** @throws InferenceException with {@code NOT_FOUND} if the caller has no such picture */
    void delete(Caller owner, String id);

    /**
     * A file to be written on the volume, empty, for {@link #storeFile}. If it is left behind, it is removed an hour
     * after it was last written.
     *
     * @throws InferenceException with {@code STORAGE_FULL} if the volume has no room
     */
    Path temporary();

    /** Largest number of bytes that a picture may have. */
    long mostBytes();
}
