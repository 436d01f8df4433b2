package io.inference.imageserver.automatic1111;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.api.answer.ImageAnswer;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ImageRequest;
import io.inference.api.stream.ImageEvent;
import io.inference.imageserver.FakeAutomatic1111;
import io.inference.imageserver.ImageRequests;
import io.inference.imageserver.TestPictures;
import io.inference.upstream.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Automatic1111BackendTest {
    private static final String MODEL = "base.safetensors";

    private final FakeAutomatic1111 server = new FakeAutomatic1111();
    private final Automatic1111Backend backend =
            new Automatic1111Backend(Connection.of("images", server.url(), null, Duration.ofSeconds(20)));
    private final Call call = new Call("id", "test", Duration.ofMinutes(1));

    @AfterEach
    void close() {
        backend.close();
        server.close();
    }

    private static ImageRequest cat() {
        return ImageRequests.of(MODEL, "a cat");
    }

    private InferenceException refusal(ImageRequest request) {
        return catchThrowableOfType(
                InferenceException.class,
                () -> ImageRequests.all(backend.image(request, call).chunks()));
    }

    private String task() {
        // The backend goes on without its request having come, if that takes too long.
        await().until(() -> !server.bodies().isEmpty());
        return server.bodies().getLast().path("force_task_id").asText();
    }

    @Test
    void makesPicturesAndLeavesTheSheetOut() {
        ImageRequest request = ImageRequests.with(
                ImageRequests.with(cat(), ImageRequests.options(3, null, 0)),
                "seed",
                "5",
                "sampler",
                "\"DPM++ 2M\"",
                "scheduler",
                "\"Karras\"",
                "cfg_scale",
                "4.5",
                "negative_prompt",
                "\"blurry\"");

        List<ImageEvent> events = ImageRequests.all(backend.image(request, call).chunks());

        assertThat(ImageRequests.pictures(events))
                .containsExactly(
                        TestPictures.png(8, 8, 0x200000),
                        TestPictures.png(8, 8, 0x200001),
                        TestPictures.png(8, 8, 0x200002));
        JsonNode body = server.bodies().getFirst();
        assertThat(server.paths()).containsExactly("/sdapi/v1/txt2img");
        assertThat(body.path("batch_size").asInt()).isEqualTo(3);
        assertThat(body.path("sampler_name").asText()).isEqualTo("DPM++ 2M");
        assertThat(body.path("scheduler").asText()).isEqualTo("Karras");
        assertThat(body.path("seed").asInt()).isEqualTo(5);
        assertThat(body.path("override_settings").toString()).isEqualTo("{\"sd_model_checkpoint\":\"" + MODEL + "\"}");
        assertThat(body.path("save_images").asBoolean(true)).isFalse();
        assertThat(body.has("width")).isFalse();
    }

    @Test
    void tellsPositionProgressAndPreviews() {
        server.hold();
        server.runForeignTask();
        ImageAnswer answer = backend.image(ImageRequests.with(cat(), ImageRequests.options(1, null, 1)), call);
        assertThat(ImageRequests.until(answer.chunks(), ImageEvent.Progress.class))
                .isEqualTo(new ImageEvent.Progress(0, 0, 1));

        server.endForeignTask();
        await().until(() -> server.isRunning(task()));
        server.progress(0.6);

        ImageEvent.Partial partial = ImageRequests.until(answer.chunks(), ImageEvent.Partial.class);
        assertThat(partial.preview().mediaType()).isEqualTo("image/jpeg");
        assertThat(partial.number()).isZero();
        server.release();
        assertThat(ImageRequests.pictures(ImageRequests.all(answer.chunks()))).hasSize(1);
    }

    @Test
    void closingTheStreamInterruptsTheTaskThatRuns() {
        server.hold();
        ImageAnswer answer = backend.image(cat(), call);
        await().until(() -> server.isRunning(task()));

        answer.chunks().close();

        await().until(() -> server.interrupted().equals(List.of(task())));
    }

    @Test
    void aTaskThatWaitsIsInterruptedOnceItRunsAndNoOther() {
        server.hold();
        server.runForeignTask();
        ImageAnswer answer = backend.image(cat(), call);

        call.cancel(ErrorCode.TIMEOUT);
        assertThat(catchThrowableOfType(InferenceException.class, () -> ImageRequests.all(answer.chunks()))
                        .code())
                .isEqualTo(ErrorCode.TIMEOUT);
        server.endForeignTask();

        await().until(() -> server.interrupted().equals(List.of(task())));
    }

    @Test
    void withoutTasksNothingIsInterrupted() {
        server.forgetTasks();
        assertThat(ImageRequests.pictures(
                        ImageRequests.all(backend.image(cat(), call).chunks())))
                .hasSize(1);
        server.hold();
        ImageAnswer answer = backend.image(cat(), call);
        await().until(() -> server.isRunning(task()));

        answer.chunks().close();

        assertThat(server.interrupted()).isEmpty();
    }

    @Test
    void anEditHasTheSizeOfItsPicture() {
        ImageRequest edit = ImageRequests.edit(cat(), TestPictures.png(200, 131, 1), TestPictures.mask(200, 131));

        ImageRequests.all(
                backend.image(ImageRequests.with(edit, "strength", "0.5"), call).chunks());

        JsonNode body = server.bodies().getFirst();
        assertThat(server.paths()).containsExactly("/sdapi/v1/img2img");
        assertThat(body.path("init_images").size()).isEqualTo(1);
        assertThat(body.path("mask").isTextual()).isTrue();
        assertThat(body.path("denoising_strength").asDouble()).isEqualTo(0.5);
        assertThat(body.path("width").asInt()).isEqualTo(200);
        assertThat(body.path("height").asInt()).isEqualTo(128);
    }

    @Test
    void severalPicturesToEditAreUnsupported() {
        byte[] png = TestPictures.png(64, 64, 1);
        ImageRequest two = cat().withImages(List.of(TestPictures.input(png), TestPictures.input(png)), null);

        InferenceException refused = refusal(two);

        assertThat(refused.code()).isEqualTo(ErrorCode.UNSUPPORTED);
        assertThat(refused.param()).contains("image");
    }

    @Test
    void refusalsBecomeReasonCodes() {
        server.answerWith(404, "{\"detail\":\"Sampler not found\"}");
        assertThat(refusal(ImageRequests.with(cat(), "sampler", "\"x\"")).param())
                .contains("sampler");
        server.answerWith(404, "{\"detail\":\"Model not found\"}");
        assertThat(refusal(cat()).code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
        server.answerWith(422, "{\"detail\":[{\"msg\":\"x\"}]}");
        assertThat(refusal(cat()).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        server.answerWith(503, "{}");
        assertThat(refusal(cat()).code()).isEqualTo(ErrorCode.OVERLOADED);
        server.answerWith(500, "{\"error\":\"OutOfMemoryError\",\"errors\":\"CUDA out of memory. Tried /home/me/x\"}");
        assertThat(refusal(cat())).hasMessage("the images backend ran out of memory");
        server.answerWith(500, "{\"error\":\"RuntimeError\",\"errors\":\"no file /home/me/x\"}");
        assertThat(refusal(cat())).hasMessage("the images backend failed: no file …");
    }

    @Test
    void malformedAnswersAreAFailure() {
        for (String answer : List.of("{", "{\"images\":[\"***\"]}", "{\"images\":[\"PHN2Zy8+\"]}")) {
            server.answerWith(200, answer);
            assertThat(refusal(cat())).as(answer).hasMessage("the images backend sent an answer that cannot be read");
        }
        server.answerWith(200, "{\"images\":[]}");
        assertThat(refusal(cat())).hasMessage("the images backend failed: it made no picture");
    }

    @Test
    void listsModelsWithoutHashesAndIsUnavailableIfItIsDown() {
        assertThat(backend.models())
                .extracting(ModelInfo::id, ModelInfo::ready)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(MODEL, true),
                        org.assertj.core.groups.Tuple.tuple("other.ckpt", false));

        server.close();

        assertThat(catchThrowableOfType(InferenceException.class, backend::models)
                        .code())
                .isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(refusal(cat()).code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }
}
