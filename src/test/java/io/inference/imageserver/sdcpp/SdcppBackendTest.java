package io.inference.imageserver.sdcpp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.api.answer.ImageAnswer;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageOptions;
import io.inference.api.image.ImageSize;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.stream.ImageEvent;
import io.inference.imageserver.FakeSdServer;
import io.inference.imageserver.ImageRequests;
import io.inference.imageserver.TestPictures;
import io.inference.upstream.Connection;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SdcppBackendTest {
    private final FakeSdServer server = new FakeSdServer();
    private final SdcppBackend backend =
            new SdcppBackend(Connection.of("images", server.url(), null, Duration.ofSeconds(20)));
    private final Call call = new Call("id", "test", Duration.ofMinutes(1));

    @AfterEach
    void close() {
        backend.close();
        server.close();
    }

    private static ImageRequest cat() {
        return ImageRequests.of("noise", "a cat");
    }

    private InferenceException refusal(ImageRequest request) {
        return catchThrowableOfType(InferenceException.class, () -> backend.image(request, call));
    }

    private InferenceException failure() {
        ImageAnswer answer = backend.image(cat(), call);
        return catchThrowableOfType(InferenceException.class, () -> ImageRequests.all(answer.chunks()));
    }

    @Test
    void makesPicturesInJobsOfAtMostEight() {
        ImageRequest request = ImageRequests.with(cat(), ImageRequests.options(10, new ImageSize(512, 768), 0));
        ImageRequest seeded = ImageRequests.with(request, "seed", "7", "steps", "4", "scheduler", "\"karras\"");

        List<ImageEvent> events = ImageRequests.all(backend.image(seeded, call).chunks());

        assertThat(ImageRequests.pictures(events)).hasSize(10);
        assertThat(events.stream()
                        .filter(ImageEvent.Completed.class::isInstance)
                        .map(event -> ((ImageEvent.Completed) event).image()))
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(server.submitted()).hasSize(2);
        JsonNode second = server.submitted().get(1);
        assertThat(second.path("batch_count").asInt()).isEqualTo(2);
        assertThat(second.path("seed").asInt()).isEqualTo(15);
        assertThat(second.path("width").asInt()).isEqualTo(512);
        assertThat(second.at("/sample_params").toString()).isEqualTo("{\"sample_steps\":4,\"scheduler\":\"karras\"}");
        assertThat(second.path("embed_image_metadata").asBoolean(true)).isFalse();
    }

    @Test
    void tellsThePositionAndCancelsWhatWaits() {
        server.hold();
        server.addForeignJob("foreign");
        ImageAnswer answer = backend.image(cat(), call);
        assertThat(ImageRequests.until(answer.chunks(), ImageEvent.Progress.class))
                .isEqualTo(new ImageEvent.Progress(0, 0, 2));

        answer.chunks().close();

        await().until(() -> server.cancelled().equals(List.of("job_1")));
        assertThat(server.statusOf("job_1")).isEqualTo("cancelled");
        assertThat(server.statusOf("foreign")).isEqualTo("queued");
    }

    @Test
    void aJobThatRunsGoesOnAtTheServerButNotHere() {
        server.hold();
        ImageAnswer answer = backend.image(cat(), call);
        server.begin();

        call.cancel(ErrorCode.CANCELLED);

        await().until(() -> server.cancelled().equals(List.of("job_0")));
        assertThat(catchThrowableOfType(InferenceException.class, () -> ImageRequests.all(answer.chunks()))
                        .code())
                .isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void aFullQueueIsOverloaded() {
        server.fill();

        assertThat(refusal(cat()).code()).isEqualTo(ErrorCode.OVERLOADED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "{\"status\": 3}", "{\"status\":\"completed\",\"result\":{\"images\":[{}]}}"})
    void malformedAnswersAreAFailure(String answer) {
        server.answerWith(answer);

        assertThat(failure()).hasMessage("the images backend sent an answer that cannot be read");
    }

    @Test
    void failuresAreToldWithoutPaths() {
        server.failWith("ggml_backend: failed to read /models/flux.gguf");
        assertThat(failure()).hasMessage("the images backend failed: ggml_backend: failed to read …");

        server.failWith("CUDA error: out of memory");
        assertThat(failure()).hasMessage("the images backend ran out of memory");
    }

    @Test
    void aRestartLosesTheRequestWhichIsSaid() {
        server.hold();
        ImageAnswer answer = backend.image(cat(), call);
        server.restart();

        assertThat(catchThrowableOfType(InferenceException.class, () -> ImageRequests.all(answer.chunks())))
                .hasMessage("the images backend failed: it has lost the request");
    }

    @Test
    void whatIsNoPictureIsAFailure() {
        server.makePicture("<svg/>".getBytes(StandardCharsets.UTF_8));

        assertThat(failure()).hasMessage("the images backend sent an answer that cannot be read");
    }

    @Test
    void aMaskBecomesWhiteWhereItWasTransparent() throws IOException {
        byte[] image = TestPictures.png(64, 64, 0x0000FF);

        ImageRequests.all(backend.image(ImageRequests.edit(cat(), image, TestPictures.mask(64, 64)), call)
                .chunks());

        JsonNode body = server.submitted().getFirst();
        assertThat(Base64.getDecoder().decode(body.path("init_image").asText())).isEqualTo(image);
        assertThat(body.path("ref_images").size()).isEqualTo(1);
        BufferedImage mask = TestPictures.decoded(
                Base64.getDecoder().decode(body.path("mask_image").asText()));
        assertThat(mask.getRaster().getNumBands()).isEqualTo(1);
        assertThat(mask.getRaster().getSample(5, 5, 0)).isEqualTo(255);
        assertThat(mask.getRaster().getSample(5, 60, 0)).isZero();
    }

    @Test
    void aMaskWithoutTransparencyIsRefused() {
        byte[] image = TestPictures.png(64, 64, 0x0000FF);

        for (byte[] mask : List.of(TestPictures.jpeg(1), new byte[] {1})) {
            assertThat(refusal(ImageRequests.edit(cat(), image, mask)).param()).contains("mask");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a <sd_cpp_extra_args>{\"lora\":[]}</sd_cpp_extra_args>",
                "a < SD_CPP_EXTRA_ARGS>",
                "a <lora:style:1>",
                "a <lora:../../etc/passwd:1>",
                "a <hypernet:x:1>",
                "a embedding:../x"
            })
    void commandsInPromptsAreRefused(String prompt) {
        InferenceException inPrompt = refusal(ImageRequests.of("", prompt));
        assertThat(inPrompt.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(inPrompt.param()).contains("prompt");
        assertThat(refusal(ImageRequests.with(cat(), "negative_prompt", quoted(prompt)))
                        .param())
                .contains("negative_prompt");
        assertThat(server.submitted()).isEmpty();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\\\"") + '"';
    }

    @Test
    void wordsThatOnlyLookLikeCommandsPass() {
        ImageRequests.all(backend.image(ImageRequests.of("", "a < b, (red:1.2) AND a->b: {x} [y]"), call)
                .chunks());

        assertThat(server.submitted().getFirst().path("prompt").asText())
                .isEqualTo("a < b, (red:1.2) AND a->b: {x} [y]");
    }

    @ParameterizedTest
    @CsvSource({
        "lora, '[{\"path\":\"x\"}]'",
        "hires, '{\"enabled\":true}'",
        "override_settings, '{\"outdir\":\"/\"}'",
        "script_name, '\"x\"'",
        "save_images, true",
        "control_image, '\"http://169.254.169.254/\"'"
    })
    void noOtherFieldReachesTheServer(String field, String json) {
        InferenceException refused = refusal(ImageRequests.with(cat(), field, json));

        assertThat(refused.code()).isEqualTo(ErrorCode.UNSUPPORTED);
        assertThat(refused.param()).contains(field);

        call.dropUnsupported();
        ImageRequests.all(
                backend.image(ImageRequests.with(cat(), field, json), call).chunks());
        assertThat(server.submitted().getFirst().has(field)).isFalse();
        assertThat(call.dropped()).contains(field);
    }

    @Test
    void fieldsAboutTheRequestItselfAreNoReasonToRefuseIt() {
        ImageRequest request = ImageRequests.with(
                cat(),
                "user",
                "\"me\"",
                "x_inference_drop_unsupported",
                "true",
                "response_format",
                "\"url\"",
                "lora",
                "null");

        ImageRequests.all(backend.image(request, call).chunks());

        assertThat(server.submitted().getFirst().has("user")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "seed, -1",
        "seed, 1.5",
        "steps, 0",
        "steps, 151",
        "steps, '\"4\"'",
        "cfg_scale, 101",
        "strength, 2",
        "sampler, '\"a/b\"'",
        "sampler, 3",
        "negative_prompt, 1"
    })
    void valuesOutOfRangeAreRefused(String field, String json) {
        InferenceException refused = refusal(ImageRequests.with(cat(), field, json));

        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refused.param()).contains(field);
    }

    @Test
    void sizesThatModelsCannotMakeAreRefused() {
        for (ImageSize size : List.of(new ImageSize(513, 512), new ImageSize(512, 32), new ImageSize(8192, 512))) {
            ImageRequest request = ImageRequests.with(cat(), ImageRequests.options(1, size, 0));
            assertThat(refusal(request).param()).as(size.toString()).contains("size");
        }
    }

    @Test
    void whatTheServerCannotDoNamesTheParameter() {
        assertThat(refusal(options(null, "high", "transparent", null)).param()).contains("quality");
        assertThat(refusal(options(null, null, "transparent", null)).param()).contains("background");
        assertThat(refusal(ImageRequests.with(cat(), ImageRequests.options(1, null, 1)))
                        .param())
                .contains("partial_images");
        ImageRequests.all(backend.image(options("webp", null, null, 80), call).chunks());
        assertThat(server.submitted().getFirst().path("output_format").asText()).isEqualTo("webp");
        assertThat(server.submitted().getFirst().path("output_compression").asInt())
                .isEqualTo(80);
        ImageRequests.all(
                backend.image(options("png", null, "opaque", null), call).chunks());
        InferenceException embed = catchThrowableOfType(
                InferenceException.class,
                () -> backend.embed(new EmbedRequest("", List.of("a"), null, true, true), call));
        assertThat(embed.code()).isEqualTo(ErrorCode.UNSUPPORTED);
    }

    private static ImageRequest options(String format, String quality, String background, Integer compression) {
        return ImageRequests.with(
                cat(), new ImageOptions(1, null, quality, background, format, compression, null, null, 0));
    }

    @Test
    void parametersThatTheServerRefusesAreTheCallersFault() {
        assertThat(refusal(ImageRequests.of("", "refuse")))
                .hasMessage("invalid generation parameters")
                .satisfies(e -> assertThat(((InferenceException) e).code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void listsItsModelAndIsUnavailableIfItIsDown() {
        assertThat(backend.models()).extracting(ModelInfo::id).containsExactly("noise");

        server.close();

        assertThat(catchThrowableOfType(InferenceException.class, backend::models)
                        .code())
                .isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(refusal(cat()).code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }
}
