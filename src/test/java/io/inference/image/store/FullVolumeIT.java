package io.inference.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.image.SamplePictures;
import io.inference.image.StoredImage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small file system in memory that is full, or becomes read-only; only where this user may mount one. */
class FullVolumeIT {
    private static final Caller ANNA = StoredImagesIT.user("anna", "one");

    @TempDir
    private Path folder;

    private boolean mounted;

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private boolean mount(String options) throws IOException, InterruptedException {
        return run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            boolean ignored = run("umount", "-l", folder.toString());
        }
    }

    private static StoredImage store(TestStore store, int seed) {
        byte[] bytes = SamplePictures.png(400, 300, seed);
        return store.images().store(ANNA, new ImageData("image/png", bytes), TestStore.generated("a cat"));
    }

    @Test
    void aFullVolumeRefusesNewPicturesAndServesTheOthers() throws Exception {
        mounted = mount("size=2m");
        assumeTrue(mounted, "this user cannot mount a tmpfs");
        try (TestStore store = TestStore.open(folder)) {
            StoredImage first = store(store, 0);
            StoredImage last = first;
            InferenceException refused = null;
            for (int seed = 1; refused == null && seed < 20; seed++) {
                try {
                    last = store(store, seed);
                } catch (InferenceException e) {
                    refused = e;
                }
            }
            assertThat(refused).hasMessageContaining("IMAGE_MIN_FREE_SPACE");
            assertThat(refused.code()).isEqualTo(ErrorCode.STORAGE_FULL);
            assertThat(store.temporaryFiles()).isEmpty();
            assertThat(store.images().content(first)).isRegularFile();
            assertThat(store.reconciler().run(true).isEmpty()).isTrue();
            store.images().delete(ANNA, last.id());
            assertThat(store(store, 50).bytes()).isPositive();
        }
    }

    @Test
    void whatTheKernelRefusesLeavesNothingBehind() throws Exception {
        // Room for bytes, but none for another file.
        mounted = mount("size=20m,nr_inodes=12");
        assumeTrue(mounted, "this user cannot mount a tmpfs");
        try (TestStore store = TestStore.open(folder)) {
            int stored = 0;
            InferenceException refused = null;
            while (refused == null && stored < 20) {
                try {
                    StoredImage ignored = store(store, stored);
                    stored++;
                } catch (InferenceException e) {
                    refused = e;
                }
            }
            assertThat(refused.code()).isEqualTo(ErrorCode.STORAGE_FULL);
            assertThat(store.temporaryFiles()).isEmpty();
            assertThat(store.files()).hasSize(stored);
            assertThat(store.reconciler().run(true).isEmpty()).isTrue();
        }
    }

    @Test
    void aVolumeThatBecomesReadOnlyIsReportedAndUsedAgain() throws Exception {
        mounted = mount("size=20m");
        assumeTrue(mounted, "this user cannot mount a tmpfs");
        try (TestStore store = TestStore.open(folder)) {
            StoredImage first = store(store, 1);
            assertThat(mount("remount,ro")).isTrue();
            assertThatThrownBy(() -> store(store, 2))
                    .isInstanceOfSatisfying(
                            InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                    .hasMessageNotContaining(folder.toString());
            store.volume().probe();
            assertThat(store.volume().problem()).contains("Read-only");
            assertThat(store.images().content(first)).isRegularFile();
            assertThat(mount("remount,rw")).isTrue();
            store.volume().probe();
            assertThat(store.volume().problem()).isNull();
            assertThat(store(store, 2).bytes()).isPositive();
        }
    }
}
