package io.inference.imageserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.inference.api.answer.ImageAnswer;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageSize;
import io.inference.api.request.ImageRequest;
import io.inference.api.stream.ImageEvent;
import io.inference.imageserver.automatic1111.Automatic1111Backend;
import io.inference.imageserver.sdcpp.SdcppBackend;
import io.inference.upstream.Connection;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The backends with a real server of stable-diffusion.cpp, which speaks two of their APIs. SD_SERVER_URL is its
 * address; any model will do, with random weights as well.
 */
@EnabledIfEnvironmentVariable(named = "SD_SERVER_URL", matches = "http.*")
class RealSdServerTest {
    private static final ImageSize SMALL = new ImageSize(64, 64);

    private final Connection connection =
            Connection.of("images", URI.create(System.getenv("SD_SERVER_URL")), null, Duration.ofMinutes(2));
    private final Call call = new Call("id", "test", Duration.ofMinutes(5));
    private final SdcppBackend sdcpp = new SdcppBackend(connection);
    private final Automatic1111Backend automatic1111 = new Automatic1111Backend(connection);

    static Stream<String> kinds() {
        return Stream.of("sdcpp", "automatic1111");
    }

    private ImageServerBackend backend(String kind) {
        return kind.equals("sdcpp") ? sdcpp : automatic1111;
    }

    @AfterEach
    void close() {
        sdcpp.close();
        automatic1111.close();
    }

    private static ImageRequest cat(int count) {
        ImageRequest plain = ImageRequests.with(ImageRequests.of("", "a cat"), ImageRequests.options(count, SMALL, 0));
        return ImageRequests.with(plain, "steps", "1", "seed", "3", "cfg_scale", "1", "negative_prompt", "\"dog\"");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void makesPictures(String kind) throws IOException {
        List<ModelInfo> models = backend(kind).models();

        List<byte[]> pictures = ImageRequests.pictures(
                ImageRequests.all(backend(kind).image(cat(2), call).chunks()));

        assertThat(models).hasSize(1);
        assertThat(pictures).hasSize(2);
        for (byte[] bytes : pictures) {
            BufferedImage picture = TestPictures.decoded(bytes);
            assertThat(picture.getWidth()).isEqualTo(64);
            assertThat(picture.getHeight()).isEqualTo(64);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void editsWithAMask(String kind) throws IOException {
        ImageRequest edit = ImageRequests.edit(cat(1), TestPictures.png(64, 64, 0xFF0000), TestPictures.mask(64, 64));

        List<byte[]> pictures = ImageRequests.pictures(
                ImageRequests.all(backend(kind).image(edit, call).chunks()));

        assertThat(TestPictures.decoded(pictures.getFirst()).getWidth()).isEqualTo(64);
    }

    @Test
    void tellsThePositionAndCancelsWhatWaits() {
        ImageAnswer first = sdcpp.image(cat(1), call);
        ImageAnswer second = sdcpp.image(cat(1), new Call("second", "test", Duration.ofMinutes(5)));
        Call cancelled = new Call("third", "test", Duration.ofMinutes(5));
        ImageAnswer third = sdcpp.image(cat(1), cancelled);
        assertThat(ImageRequests.until(third.chunks(), ImageEvent.Progress.class)
                        .queued())
                .isPositive();

        cancelled.cancel(ErrorCode.CANCELLED);

        assertThat(catchThrowableOfType(InferenceException.class, () -> ImageRequests.all(third.chunks()))
                        .code())
                .isEqualTo(ErrorCode.CANCELLED);
        assertThat(ImageRequests.pictures(ImageRequests.all(first.chunks()))).hasSize(1);
        assertThat(ImageRequests.pictures(ImageRequests.all(second.chunks()))).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void commandsInPromptsDoNotReachIt(String kind) {
        ImageRequest request = ImageRequests.of("", "a <sd_cpp_extra_args>{\"width\":4096}</sd_cpp_extra_args>");

        assertThat(catchThrowableOfType(
                                InferenceException.class, () -> backend(kind).image(request, call))
                        .param())
                .contains("prompt");
    }
}
