package io.inference.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.image.ImageKind;
import io.inference.image.NewImage;
import io.inference.image.SamplePictures;
import io.inference.image.StoredImage;
import io.inference.image.file.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas that share a database and a volume, and what keeps the two in agreement. */
class StoreRacesIT {
    private static final Caller ANNA = StoredImagesIT.user("anna", "one");

    @TempDir
    private Path parent;

    private Path folder;
    private TestStore store;

    @BeforeEach
    void open() throws IOException {
        folder = Files.createDirectory(parent.resolve("volume"));
        store = TestStore.open(folder);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static StoredImage store(TestStore store, Caller owner, byte[] bytes) {
        return store.images().store(owner, new ImageData("image/png", bytes), TestStore.generated("a cat"));
    }

    @Test
    void theSameBytesStoredAndDeletedByTwoReplicasAtOnceAlwaysHaveTheirFile() throws Exception {
        List<TestStore> replicas = List.of(store, store.replica(folder));
        byte[] bytes = SamplePictures.png(8, 8, 1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                TestStore replica = replicas.get(i % 2);
                Caller owner = StoredImagesIT.user("caller-" + i, "one");
                all.add(threads.submit(() -> {
                    for (int round = 0; round < 15; round++) {
                        StoredImage stored = store(replica, owner, bytes);
                        assertThat(replica.images().content(stored)).isRegularFile();
                        replica.images().delete(owner, stored.id());
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        assertThat(store.files()).isEmpty();
        assertThat(store.temporaryFiles()).isEmpty();
        assertThat(store.reconciler().run(true).isEmpty()).isTrue();
    }

    @Test
    void theReconcilerDeletesFilesWithoutRowsAndRowsWithoutFiles() throws IOException {
        StoredImage whole = store(store, ANNA, SamplePictures.png(8, 8, 1));
        StoredImage gone = store(store, ANNA, SamplePictures.png(8, 8, 2));
        StoredImage damaged = store(store, ANNA, SamplePictures.png(8, 8, 3));
        Files.delete(folder.resolve(gone.file()));
        Files.write(folder.resolve(damaged.file()), new byte[3]);
        String orphan = "ab/ab" + "0".repeat(30) + ".png";
        Files.createDirectories(folder.resolve("ab"));
        Files.write(folder.resolve(orphan), new byte[10]);
        Files.writeString(folder.resolve("ab/notes.txt"), "an operator's");

        ImageReconciler.Findings found = store.reconciler().run(false);
        assertThat(found.files()).containsExactly(orphan);
        assertThat(found.rows()).containsExactlyInAnyOrder(gone.file(), damaged.file());
        assertThat(found.unknown()).containsExactly("ab/notes.txt");
        assertThat(folder.resolve(orphan)).exists();
        assertThat(store.images().get(ANNA, gone.id())).isEqualTo(gone);

        assertThat(store.reconciler().run(true)).isEqualTo(found);
        assertThat(store.files()).containsExactlyInAnyOrder(whole.file(), "ab/notes.txt");
        assertThat(store.images().get(ANNA, whole.id())).isEqualTo(whole);
        for (StoredImage image : List.of(gone, damaged)) {
            assertThatThrownBy(() -> store.images().get(ANNA, image.id())).hasMessage("there is no image of that id");
        }
        assertThat(store.reconciler().run(true).isEmpty()).isTrue();
    }

    @Test
    void aPictureWhoseFileIsMissingIsRestoredWhenItIsStoredAgain() throws IOException {
        byte[] bytes = SamplePictures.png(8, 8, 4);
        StoredImage first = store(store, ANNA, bytes);
        Files.delete(folder.resolve(first.file()));
        assertThatThrownBy(() -> store.images().content(first)).hasMessage("there is no image of that id");
        StoredImage second = store(store, ANNA, bytes);
        assertThat(store.images().get(ANNA, first.id()).file()).isEqualTo(second.file());
        assertThat(store.images().content(second)).isRegularFile();
    }

    @Test
    void aPictureOfARequestThatRunsAgainIsStoredOnce() {
        var details = new NewImage(ImageKind.GENERATED, "a cat", null, "sd", "job-1", 0, null);
        StoredImage first =
                store.images().store(ANNA, new ImageData("image/png", SamplePictures.png(8, 8, 5)), details);
        StoredImage again =
                store.images().store(ANNA, new ImageData("image/png", SamplePictures.png(8, 8, 6)), details);
        assertThat(again).isEqualTo(first);
        assertThat(store.files()).containsExactly(first.file());
    }

    @Test
    void aQuotaIsRefusedByItsNameAndHoldsForCallersAtOnce() throws Exception {
        byte[] bytes = SamplePictures.png(8, 8, 7);
        try (TestStore few = TestStore.open(folder.resolve("few"), new Quota(1_000_000, 3))) {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<StoredImage>> all = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    byte[] its = SamplePictures.png(8, 8, 100 + i);
                    all.add(threads.submit(() -> store(few, ANNA, its)));
                }
                assertThat(all.stream().filter(each -> succeeded(each)).count()).isEqualTo(3);
            }
            assertThat(few.files()).hasSize(3);
            assertThatThrownBy(() -> store(few, ANNA, bytes))
                    .isInstanceOfSatisfying(
                            InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FULL))
                    .hasMessageContaining("IMAGE_QUOTA_FILES");
            assertThatThrownBy(() -> few.images().checkRoom(ANNA)).hasMessageContaining("IMAGE_QUOTA_FILES");
            assertThat(store(few, StoredImagesIT.user("anna", "two"), bytes).bytes())
                    .isPositive();
            assertThat(few.temporaryFiles()).isEmpty();
        }
        try (TestStore small = TestStore.open(folder.resolve("small"), new Quota(bytes.length + 10, 100))) {
            store(small, ANNA, bytes);
            assertThatThrownBy(() -> store(small, ANNA, bytes)).hasMessageContaining("IMAGE_QUOTA_BYTES");
        }
    }

    private static boolean succeeded(Future<?> work) {
        try {
            work.get();
            return true;
        } catch (ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anotherVolumeIsRefusedAndNothingIsDeleted() throws IOException {
        StoredImage stored = store(store, ANNA, SamplePictures.png(8, 8, 8));
        TestStore elsewhere = store.replica(folder.resolveSibling("elsewhere"));
        for (Runnable use : List.<Runnable>of(
                () -> store(elsewhere, ANNA, SamplePictures.png(8, 8, 9)),
                () -> elsewhere.reconciler().run(true))) {
            assertThatThrownBy(use::run)
                    .isInstanceOfSatisfying(
                            InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        }
        assertThat(elsewhere.binding().problem()).contains("Is the volume mounted?");
        assertThat(store.images().get(ANNA, stored.id())).isEqualTo(stored);

        Files.createDirectories(elsewhere.folder());
        Files.writeString(
                elsewhere.folder().resolve(Volume.MARKER), UUID.randomUUID().toString());
        assertThatThrownBy(() -> store(elsewhere, ANNA, SamplePictures.png(8, 8, 9)))
                .hasMessageContaining("not the one of the database");
        assertThat(elsewhere.binding().problem()).contains("All replicas need the same volume");

        // As the message says.
        Files.copy(
                folder.resolve(Volume.MARKER),
                elsewhere.folder().resolve(Volume.MARKER),
                StandardCopyOption.REPLACE_EXISTING);
        assertThat(elsewhere.reconciler().run(true).rows()).containsExactly(stored.file());
        assertThat(elsewhere.binding().problem()).isNull();
    }

    @Test
    void aVolumeThatVanishesAndComesBackIsUsedAgain() throws IOException {
        StoredImage stored = store(store, ANNA, SamplePictures.png(8, 8, 10));
        Path away = folder.resolveSibling("away");
        Files.move(folder, away);
        Files.createDirectories(folder);
        assertThatThrownBy(() -> store(store, ANNA, SamplePictures.png(8, 8, 11)))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThatThrownBy(() -> store.reconciler().run(true)).isInstanceOf(InferenceException.class);
        store.volume().probe();
        assertThat(store.volume().problem()).contains("IMAGE_DIR");
        Files.delete(folder);
        Files.move(away, folder);
        store.volume().probe();
        assertThat(store.volume().problem()).isNull();
        assertThat(store(store, ANNA, SamplePictures.png(8, 8, 11)).id()).isNotEqualTo(stored.id());
        assertThat(store.images().content(stored)).isRegularFile();
    }

    @Test
    void aPlantedLinkIsNotFollowed() throws IOException {
        StoredImage stored = store(store, ANNA, SamplePictures.png(8, 8, 12));
        Path secret = Files.writeString(folder.resolveSibling("secret"), "secret");
        Files.delete(folder.resolve(stored.file()));
        Files.createSymbolicLink(folder.resolve(stored.file()), secret);
        assertThatThrownBy(() -> store.images().content(stored)).hasMessage("there is no image of that id");
        assertThat(store.reconciler().run(true).rows()).containsExactly(stored.file());
        assertThat(secret).exists();
    }
}
