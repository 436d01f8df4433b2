package io.inference.image.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.image.ImageInput;
import io.inference.api.image.ImageOptions;
import io.inference.api.message.ContentPart;
import io.inference.api.message.Extras;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.Options;
import io.inference.image.ImageKind;
import io.inference.image.ImagePage;
import io.inference.image.ImageQuery;
import io.inference.image.Images;
import io.inference.image.NewImage;
import io.inference.image.StoredImage;
import io.inference.image.link.SignedLinks;
import io.inference.image.link.TestLinks;
import io.inference.image.remote.RemoteImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageLoadTest {
    private static final Caller ALICE = new Caller("alice", Set.of(), Set.of(), null, Caller.Kind.USER);
    private static final Caller BOB = new Caller("bob", Set.of(), Set.of(), null, Caller.Kind.USER);
    private static final String ID = "img_" + "a".repeat(32);
    private static final String DELETED = "img_" + "b".repeat(32);
    private static final byte[] BYTES = "a picture".getBytes(StandardCharsets.UTF_8);
    private static final Image INLINE =
            new Image.Inline("image/png", Base64.getEncoder().encodeToString(BYTES));

    @TempDir
    private Path folder;

    private Path file;
    private final RemoteImages remote = new RemoteImages(1000);
    private final Call call = new Call("call", "test", Duration.ofMinutes(1));
    private final SignedLinks links = TestLinks.of("https://images.example");

    @BeforeEach
    void write() throws IOException {
        file = Files.write(folder.resolve("file"), BYTES);
    }

    @AfterEach
    void close() throws IOException {
        remote.close();
    }

    /** Alice's one picture. */
    private final class OnePicture implements Images {
        @Override
        public StoredImage get(Caller owner, String id) {
            if (!owner.equals(ALICE) || !id.equals(ID)) {
                throw InferenceException.noSuch("image");
            }
            return new StoredImage(
                    ID,
                    "alice",
                    null,
                    ImageKind.UPLOADED,
                    "image/png",
                    BYTES.length,
                    1,
                    1,
                    "00",
                    "file",
                    null,
                    null,
                    null,
                    Instant.EPOCH,
                    null,
                    "request",
                    null);
        }

        @Override
        public StoredImage recent(Caller owner, String id) {
            throw new AssertionError();
        }

        @Override
        public Path content(StoredImage image) {
            return file;
        }

        @Override
        public long mostBytes() {
            return 1000;
        }

        @Override
        public StoredImage store(Caller owner, ImageData data, NewImage details) {
            throw new AssertionError();
        }

        @Override
        public StoredImage storeFile(Caller owner, Path upload, NewImage details) {
            throw new AssertionError();
        }

        @Override
        public ImagePage list(Caller owner, ImageQuery query) {
            throw new AssertionError();
        }

        @Override
        public void delete(Caller owner, String id) {
            throw new AssertionError();
        }

        @Override
        public Path temporary() {
            throw new AssertionError();
        }
    }

    private ImageLoad load(Caller caller, long mostBytes) {
        return new RequestImages(new OnePicture(), links, remote, new InputSettings(false, mostBytes)).of(caller, call);
    }

    private static Message user(String... urls) {
        return new Message(
                Role.USER,
                "what is it?",
                null,
                Arrays.stream(urls).<Image>map(Image.Remote::new).toList(),
                List.of(),
                null,
                null,
                Arrays.stream(urls)
                        .<ContentPart>map(
                                url -> new ContentPart.Picture(new Image.Remote(url), Extras.NONE, Extras.NONE))
                        .toList(),
                Extras.NONE);
    }

    private static ChatRequest chat(Message... messages) {
        return new ChatRequest("m", List.of(messages), Options.DEFAULTS, List.of(), null, null, null, false);
    }

    @Test
    void anIdAndAnAddressOfThisServiceBecomeThePicture() {
        for (String url : List.of(
                ID, "/v1/images/" + ID + "/content", "https://images.example/v1/images/" + ID + "/content?link=x")) {
            Message loaded = load(ALICE, 1000).load(chat(user(url))).messages().getFirst();
            assertThat(loaded.images()).containsExactly(INLINE);
            assertThat(loaded.parts()).containsExactly(new ContentPart.Picture(INLINE, Extras.NONE, Extras.NONE));
        }
    }

    @Test
    void othersAddressesStayForTheBackend() {
        String url = "https://other.example/v1/images/" + ID + "/content";
        assertThat(load(ALICE, 1000).load(chat(user(url))).messages().getFirst())
                .isEqualTo(user(url));
        assertThatThrownBy(() -> load(ALICE, 1000).load(chat(user(url.replace("https", "http")))))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void anothersPictureDoesNotExist() {
        assertThatThrownBy(() -> load(BOB, 1000).load(chat(user(ID))))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void aPictureOfAnOldMessageMayHaveBeenDeleted() {
        ChatRequest loaded =
                load(ALICE, 1000).load(chat(user(DELETED, ID), Message.of(Role.ASSISTANT, "a cat"), user(ID)));
        Message old = loaded.messages().getFirst();
        assertThat(old.images()).containsExactly(INLINE);
        assertThat(old.parts().getFirst())
                .isEqualTo(new ContentPart.Text("[a picture that is no longer stored]", Extras.NONE));
        assertThatThrownBy(() -> load(ALICE, 1000).load(chat(user(ID), user(DELETED))))
                .isInstanceOf(InferenceException.class);
    }

    @Test
    void onePictureIsReadOnceAndAllTogetherAreBounded() {
        String[] often = new String[100];
        Arrays.fill(often, ID);
        assertThat(load(ALICE, BYTES.length)
                        .load(chat(user(often)))
                        .messages()
                        .getFirst()
                        .images())
                .hasSize(100);
        assertThatThrownBy(() -> load(ALICE, BYTES.length - 1).load(chat(user(ID))))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    }

    @Test
    void anEditReadsItsPicturesFromTheirFiles() throws IOException {
        ImageRequest loaded = load(ALICE, 1).load(edit(new ImageInput.Stored(ID), new ImageInput.Remote(ID)));
        for (ImageInput input : List.of(loaded.images().getFirst(), loaded.mask())) {
            ImageInput.Content content = (ImageInput.Content) input;
            assertThat(content.mediaType()).isEqualTo("image/png");
            assertThat(content.length()).isEqualTo(BYTES.length);
            assertThat(content.open().readAllBytes()).isEqualTo(BYTES);
            assertThat(content.open().readAllBytes()).isEqualTo(BYTES);
        }
    }

    @Test
    void anEditOfARemotePictureSaysWhichSettingAllowsIt() {
        assertThatThrownBy(
                        () -> load(ALICE, 1000).load(edit(new ImageInput.Remote("https://other.example/x.png"), null)))
                .hasMessageContaining("IMAGE_REMOTE_URLS");
    }

    private static ImageRequest edit(ImageInput picture, ImageInput mask) {
        return new ImageRequest("m", "a hat", List.of(picture), mask, ImageOptions.DEFAULT, false, Extras.NONE);
    }
}
