package io.inference.image.store;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.database.Database;
import io.inference.image.file.Volume;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Which volume belongs to the database: the id of its marker file is a row. Otherwise an empty mount point, another
 * volume at one replica, or another database would look like pictures without files, or files without pictures.
 */
final class VolumeBinding {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

    private final Database database;
    private final Volume volume;
    private volatile boolean bound;
    private volatile @Nullable String problem;

    VolumeBinding(Database database, Volume volume) {
        this.database = database;
        this.volume = volume;
    }

    /** Why the volume is not that of the database; null if it is, or not known yet. */
    @Nullable
    String problem() {
        return problem;
    }

    /**
     * Binds the volume if it has not been, and makes it if there is none yet.
     *
     * @throws InferenceException with {@code UNAVAILABLE} if it is not the one of this database
     */
    void require() {
        if (!isBound()) {
            UUID made = volume.mark(UUID.randomUUID());
            check(addId(made), made);
        }
    }

    /** Binds the volume if it exists; returns whether it is bound now. Makes nothing. */
    boolean isBound() {
        if (bound) {
            return true;
        }
        // In this order: another replica makes the marker first, and then the row.
        Optional<UUID> known = database.call(VolumeBinding::id);
        Optional<UUID> marker = volume.marker();
        if (marker.isEmpty() && known.isEmpty()) {
            return false;
        }
        if (marker.isEmpty()) {
            throw wrong("IMAGE_DIR has no pictures, but the database has rows of them. Is the volume mounted? To begin"
                    + " with an empty one, write " + known.get() + " to the file " + Volume.MARKER + " in it");
        }
        if (known.isEmpty() && volume.hasPictures()) {
            known = database.call(VolumeBinding::id);
        }
        if (known.isEmpty() && volume.hasPictures()) {
            throw wrong("IMAGE_DIR has pictures of another database. Move its contents away, or set the database");
        }
        check(known.orElseGet(() -> addId(marker.get())), marker.get());
        return true;
    }

    private void check(UUID known, UUID marker) {
        if (!known.equals(marker)) {
            throw wrong("IMAGE_DIR is the volume " + marker + ", and that of the database is " + known
                    + ". All replicas need the same volume");
        }
        volume.bind(known);
        problem = null;
        bound = true;
    }

    private InferenceException wrong(String reason) {
        problem = reason;
        return InferenceException.retryLater(
                ErrorCode.UNAVAILABLE, "the volume of pictures is not the one of the database", RETRY_AFTER);
    }

    /** Returns the id that the database has then. */
    private UUID addId(UUID id) {
        return database.transaction(client -> {
            int ignored = client.sql("INSERT INTO image_volume (id) VALUES (?) ON CONFLICT DO NOTHING")
                    .param(id)
                    .update();
            return id(client).orElseThrow();
        });
    }

    private static Optional<UUID> id(JdbcClient client) {
        return client.sql("SELECT id FROM image_volume").query(UUID.class).optional();
    }
}
