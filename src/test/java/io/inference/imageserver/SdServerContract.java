package io.inference.imageserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.inference.api.answer.ImageAnswer;
import io.inference.api.backend.ImageBackend;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageSize;
import io.inference.api.request.ImageRequest;
import io.inference.api.stream.ImageEvent;
import io.inference.imageserver.automatic1111.Automatic1111Backend;
import io.inference.imageserver.sdcpp.SdcppBackend;
import io.inference.openai.image.OpenAiImageBackend;
import io.inference.upstream.Connection;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the three backends that a server of stable-diffusion.cpp can have do with it: with a real one, and with the
 * exchanges that were recorded of it.
 */
abstract class SdServerContract {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String SDCPP = "sdcpp";
    private static final String AUTOMATIC1111 = "automatic1111";
    private static final String OPENAI = "openai-images";

    private final Call call = call("first");
    private AutoCloseable opened = () -> {};

    /** A server for one test, whose exchanges have a name. */
    abstract ExchangeServer server(String name);

    /** Has the server's queue full when the next job arrives. */
    abstract void fillQueue() throws Exception;

    private static Call call(String id) {
        return new Call(id, "test", LIMIT);
    }

    private ImageBackend backend(String kind, ExchangeServer server) {
        Connection connection = Connection.of("images", server.url(), null, LIMIT);
        return switch (kind) {
            case SDCPP -> opened(new SdcppBackend(connection));
            case AUTOMATIC1111 -> opened(new Automatic1111Backend(connection));
            default -> opened(new OpenAiImageBackend(connection, Set.of()));
        };
    }

    private <B extends ImageBackend & AutoCloseable> B opened(B backend) {
        opened = backend;
        return backend;
    }

    @AfterEach
    void closeBackend() throws Exception {
        opened.close();
    }

    private static ImageRequest request(String prompt, int count, int side, String... more) {
        ImageRequest plain = ImageRequests.with(
                ImageRequests.of("", prompt), ImageRequests.options(count, new ImageSize(side, side), 0));
        List<String> fields = new ArrayList<>(List.of(more));
        fields.addAll(List.of("seed", "3", "cfg_scale", "1", "negative_prompt", "\"dog\""));
        return ImageRequests.with(plain, fields.toArray(String[]::new));
    }

    private static ImageRequest cat(int count) {
        return request("a cat", count, 64, "steps", "1");
    }

    private static InferenceException failure(ImageAnswer answer) {
        return catchThrowableOfType(InferenceException.class, () -> ImageRequests.all(answer.chunks()));
    }

    private void assertMakes(int count, ImageBackend backend, ImageRequest request) throws IOException {
        List<byte[]> pictures = ImageRequests.pictures(
                ImageRequests.all(backend.image(request, call).chunks()));
        assertThat(pictures).hasSize(count).doesNotHaveDuplicates();
        for (byte[] bytes : pictures) {
            BufferedImage picture = TestPictures.decoded(bytes);
            assertThat(picture.getWidth()).isEqualTo(64);
            assertThat(picture.getHeight()).isEqualTo(64);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SDCPP, AUTOMATIC1111, OPENAI})
    void listsTheModel(String kind) {
        ExchangeServer server = server(kind + "-models");

        assertThat(backend(kind, server).models())
                .singleElement()
                .satisfies(model -> assertThat(model.id()).isNotEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {SDCPP, AUTOMATIC1111, OPENAI})
    void makesAPicture(String kind) throws IOException {
        ExchangeServer server = server(kind + "-picture");

        assertMakes(1, backend(kind, server), cat(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {SDCPP, AUTOMATIC1111, OPENAI})
    void makesTwoPictures(String kind) throws IOException {
        ExchangeServer server = server(kind + "-two-pictures");

        assertMakes(2, backend(kind, server), cat(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {SDCPP, AUTOMATIC1111, OPENAI})
    void editsWithAMask(String kind) throws IOException {
        ExchangeServer server = server(kind + "-edit");

        assertMakes(
                1,
                backend(kind, server),
                ImageRequests.edit(cat(1), TestPictures.png(64, 64, 0xFF0000), TestPictures.mask(64, 64)));
    }

    @ParameterizedTest
    @ValueSource(strings = {AUTOMATIC1111, OPENAI})
    void aRequestWithoutAPromptIsTheCallersFault(String kind) {
        ExchangeServer server = server(kind + "-refused");

        InferenceException refused = catchThrowableOfType(
                InferenceException.class, () -> backend(kind, server).image(request("", 1, 64), call));

        assertThat(refused).hasMessage("prompt required");
        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void aPictureThatTheServerCannotReadIsTheCallersFault() {
        ExchangeServer server = server("sdcpp-refused");
        ImageRequest edit = ImageRequests.edit(cat(1), new byte[64], null);

        InferenceException refused = catchThrowableOfType(
                InferenceException.class, () -> backend(SDCPP, server).image(edit, call));

        assertThat(refused).hasMessage("invalid generation parameters");
        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    /** The server itself would take another one, and not say so. */
    @ParameterizedTest
    @ValueSource(strings = {"sampler", "scheduler"})
    void aNameThatTheServerDoesNotKnowIsTheCallersFault(String field) {
        ExchangeServer server = server("sdcpp-models");
        ImageRequest unknown = request("a cat", 1, 64, field, "\"nothing\"");

        InferenceException refused = catchThrowableOfType(
                InferenceException.class, () -> backend(SDCPP, server).image(unknown, call));

        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refused.param()).contains(field);
    }

    @Test
    void takesASamplerAndASchedulerOfTheServer() throws IOException {
        ExchangeServer server = server("sdcpp-sampler");

        assertMakes(
                1,
                backend(SDCPP, server),
                request("a cat", 1, 64, "steps", "1", "sampler", "\"euler\"", "scheduler", "\"karras\""));
    }

    @Test
    void tellsThePositionAndCancelsWhatWaits() {
        ExchangeServer server = server("sdcpp-cancel-waiting");
        ImageBackend backend = backend(SDCPP, server);
        ImageAnswer first = backend.image(request("a cat", 1, 64, "steps", "20"), call);
        ImageAnswer second = backend.image(cat(1), call("second"));
        Call cancelled = call("third");
        ImageAnswer third = backend.image(cat(1), cancelled);
        assertThat(ImageRequests.until(third.chunks(), ImageEvent.Progress.class)
                        .queued())
                .isPositive();

        cancelled.cancel(ErrorCode.CANCELLED);

        assertThat(failure(third).code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(ImageRequests.pictures(ImageRequests.all(first.chunks()))).hasSize(1);
        assertThat(ImageRequests.pictures(ImageRequests.all(second.chunks()))).hasSize(1);
        awaitCancellation(server, 200);
    }

    @Test
    void aJobThatRunsIsNotCancelledAtTheServer() {
        ExchangeServer server = server("sdcpp-cancel-running");
        ImageAnswer answer = backend(SDCPP, server).image(request("a cat", 1, 512, "steps", "20"), call);
        await().atMost(LIMIT)
                .until(() -> server.exchanges().stream()
                        .anyMatch(exchange -> exchange.answer().body().contains("\"generating\"")));

        call.cancel(ErrorCode.CANCELLED);

        assertThat(failure(answer).code()).isEqualTo(ErrorCode.CANCELLED);
        awaitCancellation(server, 409);
    }

    private static void awaitCancellation(ExchangeServer server, int status) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(server.exchanges())
                        .filteredOn(exchange -> exchange.request().path().endsWith("/cancel"))
                        .singleElement()
                        .satisfies(exchange ->
                                assertThat(exchange.answer().status()).isEqualTo(status)));
    }

    @Test
    void aFullQueueIsOverloaded() throws Exception {
        ExchangeServer server = server("sdcpp-full");
        fillQueue();

        assertThat(catchThrowableOfType(
                                InferenceException.class,
                                () -> backend(SDCPP, server).image(cat(1), call))
                        .code())
                .isEqualTo(ErrorCode.OVERLOADED);
    }

    /** A backend asks for nothing but jobs that the server has accepted: this is for the fake, which forgets them. */
    @Test
    void aJobMayBeUnknown() throws Exception {
        ExchangeServer server = server("sdcpp-unknown-job");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(server.url().resolve("/sdcpp/v1/jobs/job_0"))
                    .build();

            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(404);
        }
    }
}
