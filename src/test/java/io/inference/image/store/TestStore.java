package io.inference.image.store;

import static org.awaitility.Awaitility.await;

import io.inference.database.Database;
import io.inference.embedded.SharedPostgres;
import io.inference.image.ImageKind;
import io.inference.image.NewImage;
import io.inference.image.check.ImageCheck;
import io.inference.image.check.ImageLimits;
import io.inference.image.file.Volume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A store of pictures with an empty database. */
final class TestStore implements AutoCloseable {
    private static final AtomicInteger DATABASES = new AtomicInteger();
    static final Quota QUOTA = new Quota(100_000_000, 100_000);
    private static final Retention RETENTION = new Retention(24, 48);

    private final Path folder;
    private final Database database;
    private final ImageRows rows = new ImageRows(RETENTION);
    private final ImageCheck check = new ImageCheck(new ImageLimits(2048));
    private final Volume volume;
    private final VolumeBinding binding;
    private final StoredImages images;

    private TestStore(Path folder, Database database, Quota quota) {
        this.folder = folder;
        this.database = database;
        this.volume = new Volume(folder, 1, Duration.ofMinutes(1));
        this.binding = new VolumeBinding(database, volume);
        this.images = new StoredImages(database, rows, binding, volume, check, quota);
    }

    static TestStore open(Path folder) {
        return open(folder, QUOTA);
    }

    static TestStore open(Path folder, Quota quota) {
        return new TestStore(folder, freshDatabase(), quota);
    }

    /** @param database closed with the store */
    static TestStore of(Path folder, Database database) {
        return new TestStore(folder, database, QUOTA);
    }

    static Database freshDatabase() {
        return fresh("images_" + DATABASES.incrementAndGet());
    }

    private static Database fresh(String name) {
        var address = SharedPostgres.fresh(name);
        Database database = Database.open(() -> address);
        // A busy machine may take longer to make the tables than a call waits for them.
        await().until(() -> database.state().equals("up"));
        return database;
    }

    /** Another replica with the same database. */
    TestStore replica(Path itsFolder) {
        return new TestStore(itsFolder, database, QUOTA);
    }

    static NewImage generated(String prompt) {
        return new NewImage(
                ImageKind.GENERATED, prompt, null, "sd", UUID.randomUUID().toString(), null, null);
    }

    StoredImages images() {
        return images;
    }

    Database database() {
        return database;
    }

    ImageCheck check() {
        return check;
    }

    Volume volume() {
        return volume;
    }

    ImageReconciler reconciler() {
        return new ImageReconciler(database, rows, binding, volume);
    }

    VolumeBinding binding() {
        return binding;
    }

    Path folder() {
        return folder;
    }

    /** Visible files of pictures, by their paths below the folder. */
    List<String> files() {
        return filesBelow(path -> path.startsWith("tmp") || path.startsWith(Volume.MARKER));
    }

    List<String> temporaryFiles() {
        return filesBelow(path -> !path.startsWith("tmp"));
    }

    private List<String> filesBelow(java.util.function.Predicate<Path> without) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(folder::relativize)
                    .filter(without.negate())
                    .map(Path::toString)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
