package io.inference.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.image.ImageKind;
import io.inference.image.ImagePage;
import io.inference.image.ImageQuery;
import io.inference.image.NewImage;
import io.inference.image.SamplePictures;
import io.inference.image.StoredImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredImagesIT {
    private static final Caller ANNA = user("anna", "one");
    private static final Caller OTHER_TENANT = user("anna", "two");

    @TempDir
    private Path folder;

    private TestStore store;

    @BeforeEach
    void open() {
        store = TestStore.open(folder);
    }

    @AfterEach
    void close() {
        store.close();
    }

    static Caller user(String name, String tenant) {
        return new Caller(name, Set.of(), Set.of(), tenant, Caller.Kind.USER);
    }

    private StoredImage store(Caller owner, byte[] bytes, String prompt) {
        return store.images().store(owner, new ImageData("image/png", bytes), TestStore.generated(prompt));
    }

    @Test
    void aPictureIsStoredUnderOneIdAndItsBytesAreReadBack() throws Exception {
        byte[] bytes = SamplePictures.png(20, 10, 1);
        StoredImage stored = store(ANNA, bytes, "a cat");
        assertThat(stored.id()).matches("img_[0-9a-f]{32}");
        assertThat(stored.file())
                .contains(stored.id().substring("img_".length()))
                .endsWith(".png");
        assertThat(stored.width()).isEqualTo(20);
        assertThat(stored.height()).isEqualTo(10);
        assertThat(stored.mediaType()).isEqualTo("image/png");
        assertThat(store.images().get(ANNA, stored.id())).isEqualTo(stored);
        assertThat(Files.readAllBytes(store.images().content(stored))).hasSize((int) stored.bytes());
    }

    @Test
    void anothersPictureDoesNotExistForAdminsToo() {
        StoredImage stored = store(ANNA, SamplePictures.png(4, 4, 2), "a cat");
        for (Caller other :
                List.of(OTHER_TENANT, user("ben", "one"), user("ben", "one").asAdmin())) {
            assertThatThrownBy(() -> store.images().get(other, stored.id()))
                    .isInstanceOfSatisfying(
                            InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
            assertThatThrownBy(() -> store.images().delete(other, stored.id()))
                    .hasMessage("there is no image of that id");
            assertThat(store.images()
                            .list(other, new ImageQuery(null, null, 10))
                            .images())
                    .isEmpty();
        }
        assertThat(store.images().get(ANNA, stored.id())).isEqualTo(stored);
    }

    @Test
    void theSameBytesAreOneFileUntilTheLastOwnerDeletesThem() {
        byte[] bytes = SamplePictures.png(8, 8, 3);
        StoredImage first = store(ANNA, bytes, "one");
        StoredImage second = store(OTHER_TENANT, bytes, "two");
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(second.file()).isEqualTo(first.file());
        assertThat(store.files()).containsExactly(first.file());
        store.images().delete(ANNA, first.id());
        assertThat(store.images().content(second)).isRegularFile();
        store.images().delete(OTHER_TENANT, second.id());
        assertThat(store.files()).isEmpty();
    }

    @Test
    void aDeletedPictureIsNotServedByItsReplicaAndByAnotherForASecondAtMost() {
        TestStore other = store.replica(folder);
        byte[] bytes = SamplePictures.png(8, 8, 5);
        StoredImage stored = store(ANNA, bytes, "one");
        store(OTHER_TENANT, bytes, "keeps the file");
        assertThat(store.images().recent(ANNA, stored.id())).isEqualTo(stored);
        assertThat(other.images().recent(ANNA, stored.id())).isEqualTo(stored);
        assertThatThrownBy(() -> store.images().recent(OTHER_TENANT, stored.id()))
                .hasMessage("there is no image of that id");
        store.images().delete(ANNA, stored.id());
        assertThatThrownBy(() -> store.images().recent(ANNA, stored.id())).hasMessage("there is no image of that id");
        await().untilAsserted(() -> assertThatThrownBy(() -> other.images().recent(ANNA, stored.id()))
                .hasMessage("there is no image of that id"));
    }

    @Test
    void aListIsNewestFirstByPagesAndFoundByWordsOfThePrompt() {
        List<String> prompts = List.of("A red Cat", "a blue dog", "the cat_x sleeps", "100% cat");
        List<StoredImage> all = prompts.stream()
                .map(prompt -> store(ANNA, SamplePictures.png(4, 4, prompt.hashCode()), prompt))
                .toList()
                .reversed();
        ImagePage first = store.images().list(ANNA, new ImageQuery(null, null, 3));
        assertThat(first.images()).isEqualTo(all.subList(0, 3));
        assertThat(first.hasMore()).isTrue();
        ImagePage last = store.images()
                .list(ANNA, new ImageQuery(null, first.images().getLast().id(), 3));
        assertThat(last.images()).isEqualTo(all.subList(3, 4));
        assertThat(last.hasMore()).isFalse();
        var afterTheLast = new ImageQuery(null, all.getLast().id(), 3);
        assertThat(store.images().list(ANNA, afterTheLast).images()).isEmpty();
        assertThatThrownBy(() -> store.images().list(OTHER_TENANT, afterTheLast))
                .hasMessage("there is no image of that id");
        assertThat(store.images().list(ANNA, new ImageQuery("CAT red", null, 3)).images())
                .extracting(StoredImage::prompt)
                .containsExactly("A red Cat");
        assertThat(store.images().list(ANNA, new ImageQuery("%", null, 3)).images())
                .extracting(StoredImage::prompt)
                .containsExactly("100% cat");
        assertThat(store.images().list(ANNA, new ImageQuery("t_x", null, 3)).images())
                .hasSize(1);
    }

    @Test
    void anUploadIsMovedIntoTheStore() throws Exception {
        Path upload = store.images().temporary();
        Files.write(upload, SamplePictures.noise("jpg", 30, 20, 4));
        StoredImage stored = store.images().storeFile(ANNA, upload, NewImage.upload("req-1", "cat.jpg"));
        assertThat(stored.kind()).isEqualTo(ImageKind.UPLOADED);
        assertThat(stored.name()).isEqualTo("cat.jpg");
        assertThat(stored.mediaType()).isEqualTo("image/jpeg");
        assertThat(upload).doesNotExist();
        assertThat(store.temporaryFiles()).isEmpty();
        Path wrong = store.images().temporary();
        Files.writeString(wrong, "<svg xmlns='http://www.w3.org/2000/svg'/>");
        assertThatThrownBy(() -> store.images().storeFile(ANNA, wrong, NewImage.upload("req-1", "cat.svg")))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageContaining("no PNG, JPEG, WebP or GIF");
        assertThat(store.temporaryFiles()).isEmpty();
        assertThat(store.files()).hasSize(1);
    }
}
