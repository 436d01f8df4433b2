package io.inference.imageserver.comfyui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.api.answer.ImageAnswer;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageSize;
import io.inference.api.request.ImageRequest;
import io.inference.api.stream.ImageEvent;
import io.inference.backend.workflow.Workflow;
import io.inference.backend.workflow.Workflows;
import io.inference.imageserver.FakeComfyUi;
import io.inference.imageserver.ImageRequests;
import io.inference.imageserver.TestPictures;
import io.inference.upstream.Connection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComfyUiBackendTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String MODEL = "sd15/base.safetensors";

    private final FakeComfyUi comfyui = new FakeComfyUi();
    private final ComfyUiBackend backend = backend(null);
    private final Call call = new Call("id", "test", Duration.ofMinutes(1));

    private ComfyUiBackend backend(Workflows workflows) {
        Connection connection =
                new Connection("images", comfyui.url(), "the-key", Map.of("X-Team", "art"), LONG, LONG, null, null);
        return new ComfyUiBackend(connection, workflows);
    }

    @AfterEach
    void close() {
        backend.close();
        comfyui.close();
    }

    private InferenceException failure(ImageRequest request) {
        return catchThrowableOfType(
                InferenceException.class,
                () -> ImageRequests.all(backend.image(request, call).chunks()));
    }

    private static ImageRequest cat() {
        return ImageRequests.of(MODEL, "a cat");
    }

    private JsonNode sent() {
        return comfyui.prompts().getLast();
    }

    @Test
    void makesAPictureAndReportsItsSteps() {
        ImageAnswer answer = backend.image(cat(), call);
        List<ImageEvent> events = ImageRequests.all(answer.chunks());

        assertThat(answer.model()).isEqualTo(MODEL);
        assertThat(events)
                .contains(new ImageEvent.Progress(1, 3, 0), new ImageEvent.Progress(3, 3, 0))
                .noneMatch(ImageEvent.Partial.class::isInstance);
        assertThat(ImageRequests.pictures(events)).containsExactly(TestPictures.png(8, 8, 0x100000));
        assertThat(((ImageEvent.Completed) events.getLast()).data().mediaType()).isEqualTo("image/png");
        assertThat(call.timeToFirstTokenNanos()).isPositive();
        assertThat(comfyui.requests())
                .allSatisfy(request -> assertThat(request.headers())
                        .as(request.path())
                        .containsEntry("authorization", "Bearer the-key")
                        .containsEntry("x-team", "art"));
    }

    @Test
    void whatACallerSetsIsInTheWorkflowAsValuesOfTheirTypes() {
        ImageRequest request = ImageRequests.with(
                ImageRequests.with(cat(), ImageRequests.options(3, new ImageSize(768, 512), 0)),
                "seed",
                "42",
                "steps",
                "9",
                "cfg_scale",
                "3.5",
                "sampler",
                "\"dpmpp_2m\"",
                "negative_prompt",
                "\"blurry\"");

        List<ImageEvent> events = ImageRequests.all(backend.image(request, call).chunks());

        assertThat(ImageRequests.pictures(events)).hasSize(3);
        JsonNode sample = sent().path("sample").path("inputs");
        assertThat(sample.path("seed").isIntegralNumber()).isTrue();
        assertThat(sample.path("seed").asLong()).isEqualTo(42);
        assertThat(sample.path("steps").asInt()).isEqualTo(9);
        assertThat(sample.path("cfg").asDouble()).isEqualTo(3.5);
        assertThat(sample.path("sampler_name").asText()).isEqualTo("dpmpp_2m");
        assertThat(sample.path("model").path(0).asText()).isEqualTo("checkpoint");
        assertThat(sent().at("/canvas/inputs").toString()).isEqualTo("{\"width\":768,\"height\":512,\"batch_size\":3}");
        assertThat(sent().at("/negative/inputs/text").asText()).isEqualTo("blurry");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a cat {{seed}} {{model}}",
                "\"}},\"x\":{\"class_type\":\"LoadImage\"}",
                "[\"checkpoint\", 0]",
                "$1 \\0 \u0000 \uD83D\uDE00"
            })
    void aPromptIsNothingButAText(String prompt) {
        ImageRequests.all(backend.image(ImageRequests.of(MODEL, prompt), call).chunks());

        assertThat(sent().at("/positive/inputs/text").isTextual()).isTrue();
        assertThat(sent().at("/positive/inputs/text").asText()).isEqualTo(prompt);
        assertThat(sent().size()).isEqualTo(7);
    }

    @Test
    void previewsAreSpreadOverTheStepsAndNumbered() {
        comfyui.setScript(run -> {
            for (int step = 1; step <= 10; step++) {
                run.progress(step, 10);
                run.preview(TestPictures.jpeg(step));
            }
            run.finish(1, "temp");
        });
        ImageRequest request = ImageRequests.with(cat(), ImageRequests.options(2, null, 2));

        List<ImageEvent> events = ImageRequests.all(backend.image(request, call).chunks());

        assertThat(events.stream()
                        .filter(ImageEvent.Partial.class::isInstance)
                        .map(ImageEvent.Partial.class::cast)
                        .map(partial -> partial.image() + "." + partial.number()))
                .containsExactly("0.0", "0.1", "1.0", "1.1");
        assertThat(events).contains(new ImageEvent.Progress(20, 20, 0));
        assertThat(ImageRequests.pictures(events)).hasSize(2);
        assertThat(comfyui.prompts()).hasSize(2);
        assertThat(comfyui.prompts().get(1).at("/sample/inputs/seed").asLong())
                .isEqualTo(comfyui.prompts().get(0).at("/sample/inputs/seed").asLong() + 1);
    }

    @Test
    void tellsThePositionInTheQueueOfAHeap() {
        comfyui.hold();
        comfyui.addForeignPrompt("first");
        comfyui.addForeignPrompt("second");
        ImageAnswer answer = backend.image(cat(), call);
        comfyui.addForeignPrompt("later");

        assertThat(ImageRequests.until(answer.chunks(), ImageEvent.Progress.class))
                .isEqualTo(new ImageEvent.Progress(0, 0, 2));
        answer.chunks().close();
    }

    @Test
    void closingTheStreamOfAWaitingPromptDeletesItAlone() {
        comfyui.hold();
        comfyui.addForeignPrompt("foreign");
        ImageAnswer answer = backend.image(cat(), call);

        answer.chunks().close();

        await().until(() -> comfyui.deleted().size() == 1);
        comfyui.setScript(FakeComfyUi.Run::stall);
        comfyui.release();
        assertThat(comfyui.deleted()).doesNotContain("foreign");
        assertThat(comfyui.interrupted()).isEmpty();
    }

    @Test
    void cancellingTheCallOfARunningPromptInterruptsIt() {
        comfyui.setScript(FakeComfyUi.Run::stall);
        ImageAnswer answer = backend.image(cat(), call);
        assertThat(ImageRequests.until(answer.chunks(), ImageEvent.Progress.class))
                .isNotNull();

        call.cancel(ErrorCode.TIMEOUT);

        await().until(() -> comfyui.interrupted().size() == 1);
        InferenceException failure =
                catchThrowableOfType(InferenceException.class, () -> ImageRequests.all(answer.chunks()));
        assertThat(failure.code()).isEqualTo(ErrorCode.TIMEOUT);
    }

    @Test
    void aPromptOfAnotherClientThatRunsIsNotInterrupted() {
        comfyui.setScript(FakeComfyUi.Run::stall);
        comfyui.hold();
        comfyui.addForeignPrompt("foreign");
        ImageAnswer answer = backend.image(cat(), call);
        comfyui.release();

        answer.chunks().close();

        await().until(() -> comfyui.deleted().size() == 1);
        await().until(() -> comfyui.requests().getLast().path().equals("/queue"));
        assertThat(comfyui.interrupted()).isEmpty();
    }

    @Test
    void aWebSocketThatBreaksIsReplacedByQuestions() {
        comfyui.setScript(run -> {
            run.progress(1, 3);
            run.dropSocket();
            run.finish(1, "temp");
        });

        List<ImageEvent> events = ImageRequests.all(backend.image(cat(), call).chunks());

        assertThat(ImageRequests.pictures(events)).hasSize(1);
    }

    @Test
    void withoutAWebSocketTheServerIsAsked() {
        comfyui.refuseSockets();

        assertThat(ImageRequests.pictures(
                        ImageRequests.all(backend.image(cat(), call).chunks())))
                .hasSize(1);
    }

    @Test
    void rubbishOnTheWebSocketIsNoFailure() {
        comfyui.setScript(run -> {
            run.text("{\"type\": \"progress\", ");
            run.preview(new byte[] {1, 2, 3});
            run.succeed();
        });

        assertThat(ImageRequests.pictures(
                        ImageRequests.all(backend.image(cat(), call).chunks())))
                .hasSize(1);
    }

    @Test
    void aRestartLosesTheRequestWhichIsSaid() {
        comfyui.setScript(run -> comfyui.restart());

        InferenceException failure = failure(cat());

        assertThat(failure.code()).isEqualTo(ErrorCode.BACKEND_FAILED);
        assertThat(failure).hasMessage("the images backend failed: it has lost the request");
    }

    @Test
    void anErrorOfANodeIsToldWithoutPaths() {
        comfyui.setScript(run -> run.fail(
                "Error loading /opt/models/secret.safetensors from https://host/x the-key\nTraceback (most recent"));

        InferenceException failure = failure(cat());

        assertThat(failure.code()).isEqualTo(ErrorCode.BACKEND_FAILED);
        assertThat(failure).hasMessage("the images backend failed: Error loading … from … …");
    }

    @Test
    void outOfMemoryIsSaid() {
        comfyui.setScript(run -> run.fail("Allocation on device 0 would exceed: torch.OutOfMemoryError"));

        assertThat(failure(cat())).hasMessage("the images backend ran out of memory");
    }

    @Test
    void aFileThatIsNoPictureIsAFailure() {
        comfyui.setScript(run -> run.finish("<html>".getBytes(StandardCharsets.UTF_8)));

        assertThat(failure(cat())).hasMessage("the images backend sent an answer that cannot be read");
    }

    @Test
    void malformedAnswersAreAFailure() {
        comfyui.breakAnswers();

        InferenceException failure = catchThrowableOfType(InferenceException.class, () -> backend.image(cat(), call));

        assertThat(failure.code()).isEqualTo(ErrorCode.BACKEND_FAILED);
    }

    @Test
    void refusalsNameTheParameter() {
        InferenceException sampler = catchThrowableOfType(
                InferenceException.class,
                () -> backend.image(ImageRequests.with(cat(), "sampler", "\"nothing\""), call));
        assertThat(sampler.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(sampler.param()).contains("sampler");

        InferenceException model = catchThrowableOfType(
                InferenceException.class, () -> backend.image(ImageRequests.of("none", "a cat"), call));
        assertThat(model.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    }

    @Test
    void anEditUploadsItsPictureAndMask() {
        byte[] image = TestPictures.png(130, 70, 0xFF0000);

        ImageRequests.all(backend.image(ImageRequests.edit(cat(), image, TestPictures.mask(130, 70)), call)
                .chunks());

        assertThat(comfyui.uploads())
                .hasSize(2)
                .allSatisfy(form -> assertThat(form).contains("name=\"type\"", "temp", "filename=\"inference-"));
        assertThat(sent().at("/source/inputs/image").asText()).isEqualTo("stored-1.png [temp]");
        assertThat(sent().at("/mask/inputs/image").asText()).isEqualTo("stored-2.png [temp]");
        assertThat(sent().at("/scaled/inputs/width").asInt()).isEqualTo(128);
        assertThat(sent().at("/scaled/inputs/height").asInt()).isEqualTo(64);
        assertThat(sent().at("/sample/inputs/denoise").asDouble()).isEqualTo(0.75);
    }

    @Test
    void aWorkflowOfTheOperatorDecidesWhatCanBeSet() {
        Workflow fixed = new Workflow("""
                {"1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd15/base.safetensors"}},
                 "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "oil painting, {{prompt}}"}},
                 "3": {"class_type": "Turbo", "inputs": {"text": ["2", 0], "seed": "{{seed}}"}}}
                """);
        try (ComfyUiBackend own = backend(new Workflows(fixed, null))) {
            assertThat(own.models()).extracting(ModelInfo::id).containsExactly(MODEL);

            ImageRequests.all(own.image(ImageRequests.with(cat(), ImageRequests.options(2, null, 0)), call)
                    .chunks());
            assertThat(comfyui.prompts()).hasSize(2);
            assertThat(sent().at("/2/inputs/text").asText()).isEqualTo("oil painting, a cat");

            InferenceException steps = catchThrowableOfType(
                    InferenceException.class, () -> own.image(ImageRequests.with(cat(), "steps", "4"), call));
            assertThat(steps.code()).isEqualTo(ErrorCode.UNSUPPORTED);
            assertThat(steps.param()).contains("steps");
            InferenceException edit = catchThrowableOfType(
                    InferenceException.class,
                    () -> own.image(ImageRequests.edit(cat(), TestPictures.png(64, 64, 1), null), call));
            assertThat(edit.code()).isEqualTo(ErrorCode.UNSUPPORTED);
        }
    }

    @Test
    void listsCheckpointsAndIsUnavailableIfItIsDown() {
        assertThat(backend.models()).extracting(ModelInfo::id).containsExactly(MODEL);
        ImageRequests.all(backend.image(ImageRequests.of("", "a cat"), call).chunks());
        assertThat(sent().at("/checkpoint/inputs/ckpt_name").asText()).isEqualTo(MODEL);

        comfyui.close();

        InferenceException down = catchThrowableOfType(InferenceException.class, backend::models);
        assertThat(down.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        InferenceException submission =
                catchThrowableOfType(InferenceException.class, () -> backend.image(cat(), call));
        assertThat(submission.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }
}
