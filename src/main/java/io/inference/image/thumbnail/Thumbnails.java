package io.inference.image.thumbnail;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.database.Database;
import io.inference.image.ImageIds;
import io.inference.image.Images;
import io.inference.image.StoredImage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Smaller copies of stored pictures, made when they are first asked for, kept beside the picture's row and deleted with
 * it. A few widths alone, so that a picture has few copies, and few decoders at a time.
 */
public final class Thumbnails {
    /** The widths that there are; a request gets the next larger one. */
    public static final List<Integer> WIDTHS = List.of(64, 128, 256, 512, 1024);

    private static final Logger log = LoggerFactory.getLogger(Thumbnails.class);
    private static final Duration WAIT = Duration.ofSeconds(10);

    private final Images images;
    private final Database database;
    private final Semaphore decoders;

    /** @param decoders how many pictures may be decoded at the same time */
    Thumbnails(Images images, Database database, int decoders) {
        this.images = images;
        this.database = database;
        this.decoders = new Semaphore(decoders);
    }

    /**
     * A copy at least as wide as asked for, in one of the {@link #WIDTHS}.
     *
     * @param width from 1 to the largest of them
     * @return empty if the picture itself is not wider, or cannot be made smaller
     * @throws InferenceException with {@code OVERLOADED} if too many others are being made
     */
    public Optional<Thumbnail> find(StoredImage image, int width) {
        int wanted = WIDTHS.stream()
                .filter(step -> step >= width)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(width + " pixels"));
        if (image.width() <= wanted) {
            return Optional.empty();
        }
        UUID id = ImageIds.read(image.id()).orElseThrow();
        return read(id, wanted).or(() -> make(image, id, wanted));
    }

    private Optional<Thumbnail> read(UUID id, int width) {
        return database.call(client -> client.sql(
                        "SELECT media_type, bytes FROM image_thumbnails WHERE image_id = ? AND width = ?")
                .params(id, width)
                .query((row, number) -> new Thumbnail(width, row.getString("media_type"), row.getBytes("bytes")))
                .optional());
    }

    private Optional<Thumbnail> make(StoredImage image, UUID id, int width) {
        acquire();
        try {
            Optional<Thumbnail> known = read(id, width);
            if (known.isPresent()) {
                return known;
            }
            Optional<Thumbnail> made = Scaler.scale(images.content(image), image.mediaType(), width);
            made.ifPresent(thumbnail -> keep(id, thumbnail));
            return made;
        } catch (IOException | RuntimeException e) {
            if (e instanceof InferenceException known) {
                throw known;
            }
            // Such as a JPEG with four channels, which every browser shows but ImageIO does not decode.
            log.debug("{} was not made smaller", image.id(), e);
            return Optional.empty();
        } finally {
            decoders.release();
        }
    }

    /** Nothing, if the picture was deleted meanwhile. */
    private void keep(UUID id, Thumbnail thumbnail) {
        int ignored = database.<Integer>call(client -> client.sql("""
                        INSERT INTO image_thumbnails (image_id, width, media_type, bytes)
                        SELECT id, ?, ?, ? FROM images WHERE id = ? FOR KEY SHARE
                        ON CONFLICT DO NOTHING
                        """)
                .params(thumbnail.width(), thumbnail.mediaType(), thumbnail.bytes(), id)
                .update());
    }

    private void acquire() {
        try {
            if (!decoders.tryAcquire(WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new InferenceException(ErrorCode.OVERLOADED, "too many pictures are being made smaller");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InferenceException(ErrorCode.CANCELLED, "interrupted", e);
        }
    }
}
