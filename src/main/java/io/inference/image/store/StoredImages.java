package io.inference.image.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.database.Database;
import io.inference.image.ImageIds;
import io.inference.image.ImagePage;
import io.inference.image.ImageQuery;
import io.inference.image.Images;
import io.inference.image.NewImage;
import io.inference.image.StoredImage;
import io.inference.image.check.BadImageException;
import io.inference.image.check.CheckedImage;
import io.inference.image.check.ImageCheck;
import io.inference.image.file.FileName;
import io.inference.image.file.Volume;
import io.inference.image.file.Written;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Pictures in rows and files. A file is durable at its place before a row names it, and its row is gone before it is
 * deleted, so that a crash leaves a file without a row at worst, which {@link ImageReconciler} deletes. The name of a
 * file is never used again: its deletion, however late, cannot meet a file that was stored meanwhile.
 */
final class StoredImages implements Images {
    private static final Logger log = LoggerFactory.getLogger(StoredImages.class);

    /** How long a picture may be read that another replica has deleted. */
    private static final Duration RECENT = Duration.ofSeconds(1);

    private static final int MOST_RECENT = 500;

    private final Database database;
    private final ImageRows rows;
    private final VolumeBinding binding;
    private final Volume volume;
    private final ImageCheck check;
    private final Quota quota;
    private final Cache<Owned, StoredImage> recent = Caffeine.newBuilder()
            .maximumSize(MOST_RECENT)
            .expireAfterWrite(RECENT)
            .build();

    StoredImages(
            Database database, ImageRows rows, VolumeBinding binding, Volume volume, ImageCheck check, Quota quota) {
        this.database = database;
        this.rows = rows;
        this.binding = binding;
        this.volume = volume;
        this.check = check;
        this.quota = quota;
    }

    /**
     * A picture that is stored.
     *
     * @param isNew false if an earlier run of the request stored it, and these bytes are not kept
     */
    record Kept(StoredImage image, boolean isNew) {}

    @Override
    public StoredImage store(Caller owner, ImageData data, NewImage details) {
        return keep(owner, checked(ByteBuffer.wrap(data.bytes())), details).image();
    }

    /** Fails as {@link #store} does if a picture of one byte could not be stored. */
    void checkRoom(Caller owner) {
        binding.require();
        volume.checkRoom();
        ImageRows.Used used = database.call(client -> rows.used(client, owner));
        quota.check(used.files(), used.bytes(), 1);
    }

    /** Stores a picture that was checked. */
    Kept keep(Caller owner, CheckedImage image, NewImage details) {
        binding.require();
        return keep(owner, volume.write(image.parts()), image, details);
    }

    @Override
    public StoredImage storeFile(Caller owner, Path file, NewImage details) {
        binding.require();
        CheckedImage image;
        try {
            long length = volume.length(file);
            if (length > mostBytes()) {
                throw new InferenceException(
                        ErrorCode.TOO_LARGE, "the picture has " + length + " bytes, and may have " + mostBytes());
            }
            image = checked(ByteBuffer.wrap(volume.readTemporary(file)));
        } finally {
            volume.discard(file);
        }
        return keep(owner, image, details).image();
    }

    private CheckedImage checked(ByteBuffer content) {
        try {
            return check.check(content);
        } catch (BadImageException e) {
            String message = "the picture cannot be used: " + e.getMessage();
            throw e.isTooLong()
                    ? new InferenceException(ErrorCode.TOO_LARGE, message)
                    : InferenceException.invalid("image", message);
        }
    }

    private Kept keep(Caller owner, Written written, CheckedImage image, NewImage details) {
        UUID id = UUID.randomUUID();
        FileName name = new FileName(id, image.type());
        try {
            Placed placed = database.transaction(client -> add(client, owner, written, name, image, details));
            if (placed.surplus()) {
                deleteFile(name);
            }
            return placed.kept();
        } finally {
            // Gone already if it was placed.
            volume.discard(written.file());
        }
    }

    /** @param surplus whether the file was placed and is not needed */
    private record Placed(Kept kept, boolean surplus) {}

    private Placed add(
            JdbcClient client, Caller owner, Written written, FileName name, CheckedImage image, NewImage details) {
        rows.lock(client, owner);
        if (details.number() != null) {
            Optional<StoredImage> earlier = rows.findRepeated(client, owner, details.requestId(), details.number());
            if (earlier.isPresent()) {
                return new Placed(new Kept(earlier.get(), false), false);
            }
        }
        ImageRows.Used used = rows.used(client, owner);
        quota.check(used.files(), used.bytes(), written.bytes());
        boolean surplus = placeFile(client, written, name, image);
        rows.add(client, name.name(), owner, written.sha256(), written.bytes(), details);
        StoredImage added = rows.find(client, owner, name.name()).orElseThrow();
        return new Placed(new Kept(added, true), surplus);
    }

    /** Sees that a file has these bytes; returns whether another one had when this one had been placed. */
    private boolean placeFile(JdbcClient client, Written written, FileName name, CheckedImage image) {
        Optional<ImageRows.StoredFile> same = rows.keepFile(client, written.sha256());
        if (same.isPresent() && volume.has(same.get().name(), same.get().bytes())) {
            return false;
        }
        volume.place(written.file(), name);
        if (same.isPresent()) {
            rows.replaceFile(client, written.sha256(), name.name());
            return false;
        }
        var file = new ImageRows.StoredFile(written.sha256(), name, written.bytes());
        return !rows.addFile(client, file, image.width(), image.height()).equals(name.name());
    }

    @Override
    public StoredImage get(Caller owner, String id) {
        UUID known = id(id);
        return database.call(client -> rows.find(client, owner, known))
                .orElseThrow(() -> InferenceException.noSuch("image"));
    }

    /** A picture of an owner. */
    private record Owned(@Nullable String tenant, String subject, UUID id) {
        static Owned of(Caller owner, UUID id) {
            return new Owned(owner.tenant(), owner.subject(), id);
        }
    }

    @Override
    public StoredImage recent(Caller owner, String id) {
        // A deletion waits for a look-up that has begun before it, and then forgets what that found.
        return recent.get(Owned.of(owner, id(id)), absent -> get(owner, id));
    }

    @Override
    public Path content(StoredImage image) {
        binding.require();
        return volume.find(name(image)).orElseThrow(() -> missing(image));
    }

    /** The bytes of a stored picture. */
    byte[] bytes(StoredImage image) {
        binding.require();
        return volume.read(name(image)).orElseThrow(() -> missing(image));
    }

    private static FileName name(StoredImage image) {
        return FileName.read(image.file()).orElseThrow(() -> missing(image));
    }

    private static InferenceException missing(StoredImage image) {
        log.warn("the file {} of the picture {} is not there", image.file(), image.id());
        return InferenceException.noSuch("image");
    }

    @Override
    public ImagePage list(Caller owner, ImageQuery query) {
        UUID after = query.after() == null ? null : id(query.after());
        List<StoredImage> found = database.call(client -> rows.list(client, owner, query, after));
        if (found.isEmpty() && after != null && !database.call(client -> rows.exists(client, owner, after))) {
            // Otherwise a list that goes on after a deleted picture would look complete.
            throw InferenceException.noSuch("image");
        }
        return new ImagePage(found.subList(0, Math.min(query.most(), found.size())), found.size() > query.most());
    }

    @Override
    public void delete(Caller owner, String id) {
        UUID known = id(id);
        Optional<FileName> unused = database.transaction(client -> {
            byte[] sha256 = rows.delete(client, owner, known).orElseThrow(() -> InferenceException.noSuch("image"));
            return rows.deleteUnused(client, sha256);
        });
        recent.invalidate(Owned.of(owner, known));
        unused.ifPresent(this::deleteFile);
    }

    /** Deletes a file that no row names; otherwise that is done later. */
    private void deleteFile(FileName name) {
        try {
            binding.require();
            volume.delete(name);
        } catch (InferenceException e) {
            log.warn("the file {} is not needed and stays until it is found: {}", name, e.getMessage());
        }
    }

    @Override
    public Path temporary() {
        binding.require();
        return volume.temporary();
    }

    @Override
    public long mostBytes() {
        return check.limits().mostBytes();
    }

    private static UUID id(String text) {
        return ImageIds.read(text).orElseThrow(() -> InferenceException.noSuch("image"));
    }
}
