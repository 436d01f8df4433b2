package io.inference.openai.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.api.answer.ImageAnswer;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.image.ImageInput;
import io.inference.api.image.ImageOptions;
import io.inference.api.image.ImageSize;
import io.inference.api.image.InlineImage;
import io.inference.api.message.Extras;
import io.inference.api.request.ImageRequest;
import io.inference.api.stream.ImageEvent;
import io.inference.api.stream.StreamEvent;
import io.inference.stub.Pictures;
import io.inference.stub.StubServer;
import io.inference.upstream.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent to servers with OpenAI's API of pictures, and what is read of their answers. */
class OpenAiImageBackendTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] RED = Pictures.png(4, 3, 0xffff0000);
    private static final byte[] BLUE = Pictures.jpeg(8, 8, 0xff0000ff);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Call call = new Call("id", "test", Duration.ofMinutes(1));

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private StubServer server(StubServer.Handler handler) {
        StubServer server = new StubServer(handler);
        open.add(server);
        return server;
    }

    private StubServer answering(int status, String type, String body) {
        return server((request, connection) -> connection.whole(status, type, body));
    }

    private OpenAiImageBackend backend(StubServer server, String... named) {
        OpenAiImageBackend backend =
                new OpenAiImageBackend(Connection.of("images", server.url(), "the-key", LONG), Set.of(named));
        open.add(backend);
        return backend;
    }

    private List<ImageEvent> ask(StubServer server, ImageRequest request) {
        return readAll(backend(server).image(request, call));
    }

    private static List<ImageEvent> readAll(ImageAnswer answer) {
        List<ImageEvent> events = new ArrayList<>();
        try (var stream = answer.chunks()) {
            for (StreamEvent event = stream.next(LONG);
                    !(event instanceof StreamEvent.End);
                    event = stream.next(LONG)) {
                events.add((ImageEvent) event);
            }
        }
        return events;
    }

    private InferenceException failure(StubServer server, ImageRequest request) {
        return catchThrowableOfType(InferenceException.class, () -> ask(server, request));
    }

    private static ImageRequest request(
            String prompt, ImageOptions options, boolean stream, Map<String, String> extras) {
        return new ImageRequest("m", prompt, List.of(), null, options, stream, Extras.openAi(extras));
    }

    private static ImageRequest plain() {
        return request("a cat", ImageOptions.DEFAULT, false, Map.of());
    }

    private static ImageRequest streamed(int count, int previews) {
        var options = new ImageOptions(count, null, null, null, null, null, null, null, previews);
        return request("a cat", options, true, Map.of());
    }

    private static ImageRequest edit(ImageInput mask, ImageInput... images) {
        return new ImageRequest("m", "ä \"hat\"", List.of(images), mask, ImageOptions.DEFAULT, false, Extras.NONE);
    }

    private static ImageInput inline(byte[] bytes) {
        return new InlineImage(ImageData.of(bytes));
    }

    private static String whole(byte[]... pictures) {
        StringBuilder data = new StringBuilder();
        for (byte[] picture : pictures) {
            data.append(data.isEmpty() ? "" : ",")
                    .append("{\"b64_json\":\"")
                    .append(Pictures.base64(picture))
                    .append("\",\"revised_prompt\":\"better\"}");
        }
        return "{\"created\":1,\"data\":[" + data + "],\"usage\":{\"input_tokens\":7,\"output_tokens\":40,"
                + "\"input_tokens_details\":{\"text_tokens\":7,\"image_tokens\":0},\"total_tokens\":47}}";
    }

    private static String event(String type, String more, byte[] picture) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"b64_json\":\"" + Pictures.base64(picture) + "\""
                + more + "}\n\n";
    }

    @Test
    void whatTheCallerAskedForReachesTheServer() throws Exception {
        StubServer server = answering(200, "application/json", whole(RED, BLUE));
        var options = new ImageOptions(2, new ImageSize(640, 480), "high", "opaque", "jpeg", 80, "low", null, 0);
        List<ImageEvent> events = ask(
                server,
                request(
                        "a \"cat\"",
                        options,
                        false,
                        Map.of("seed", "7", "negative_prompt", "\"dogs\"", "cfg_scale", "1.5")));

        JsonNode sent = JSON.readTree(server.requests().getLast().body());
        assertThat(sent).isEqualTo(JSON.readTree("""
                        {"model":"m","prompt":"a \\"cat\\"","n":2,"size":"640x480","quality":"high",
                        "background":"opaque","output_format":"jpeg","output_compression":80,"moderation":"low",
                        "response_format":"b64_json","seed":7,"negative_prompt":"dogs","cfg_scale":1.5}"""));
        assertThat(server.requests().getLast().path()).isEqualTo("/v1/images/generations");
        assertThat(server.requests().getLast().headers()).containsEntry("authorization", "Bearer the-key");
        assertThat(events).hasSize(2);
        ImageEvent.Completed second = (ImageEvent.Completed) events.get(1);
        assertThat(second.image()).isEqualTo(1);
        assertThat(second.data().mediaType()).isEqualTo("image/jpeg");
        assertThat(second.data().bytes()).isEqualTo(BLUE);
        assertThat(second.revisedPrompt()).isEqualTo("better");
        assertThat(call.usage().promptTokens()).isEqualTo(7);
        assertThat(call.usage().completionTokens()).isEqualTo(40);
        assertThat(call.timeToFirstTokenNanos()).isPositive();
    }

    @Test
    void aStreamHasPreviewsAndThenThePicture() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        StubServer server = server((request, connection) -> {
            connection.begin(200, "text/event-stream");
            connection.chunk(
                    ": hello\n\n" + event("image_generation.partial_image", ",\"partial_image_index\":0", BLUE));
            read.await();
            connection.chunk(event("image_generation.partial_image", ",\"partial_image_index\":1", BLUE));
            connection.chunk(
                    event("image_generation.completed", ",\"usage\":{\"input_tokens\":3,\"output_tokens\":4}", RED));
            connection.end();
        });
        ImageAnswer answer = backend(server).image(streamed(1, 2), call);
        ImageEvent.Partial first = (ImageEvent.Partial) answer.chunks().next(LONG);
        assertThat(first.preview().bytes()).isEqualTo(BLUE);
        read.countDown();
        List<ImageEvent> rest = readAll(answer);
        assertThat(rest.get(0)).isInstanceOfSatisfying(ImageEvent.Partial.class, partial -> {
            assertThat(partial.image()).isZero();
            assertThat(partial.number()).isEqualTo(1);
        });
        assertThat(rest.get(1))
                .isInstanceOfSatisfying(
                        ImageEvent.Completed.class,
                        picture -> assertThat(picture.data().bytes()).isEqualTo(RED));
        assertThat(rest).hasSize(2);
        assertThat(call.usage()).isEqualTo(new Usage(3, 4, 0));
        JsonNode sent = JSON.readTree(server.requests().getLast().body());
        assertThat(sent.path("stream").asBoolean()).isTrue();
        assertThat(sent.path("partial_images").asInt()).isEqualTo(2);
    }

    @Test
    void aServerMayAnswerWholeWhereEventsWereAskedForAndTheReverse() {
        StubServer whole = answering(200, "application/json", "\n " + whole(RED));
        assertThat(ask(whole, streamed(1, 0))).hasSize(1).first().isInstanceOf(ImageEvent.Completed.class);
        StubServer events =
                answering(200, "text/event-stream", event("image_generation.completed", "", RED) + "data: [DONE]\n\n");
        assertThat(ask(events, plain())).hasSize(1).first().isInstanceOf(ImageEvent.Completed.class);
    }

    @Test
    void anEditIsAFormWithFiles() {
        StubServer server = answering(200, "application/json", whole(RED));
        ask(server, edit(inline(RED), inline(RED), inline(BLUE)));
        StubServer.Request two = server.requests().getLast();
        assertThat(two.path()).isEqualTo("/v1/images/edits");
        assertThat(two.headers().get("content-type")).startsWith("multipart/form-data; boundary=");
        assertThat(two.body())
                .contains("name=\"image[]\"; filename=\"image-1.png\"\r\nContent-Type: image/png")
                .contains("name=\"image[]\"; filename=\"image-2.jpg\"\r\nContent-Type: image/jpeg")
                .contains("name=\"mask\"; filename=\"mask.png\"")
                .contains("name=\"prompt\"\r\n\r\nä \"hat\"\r\n")
                .contains("name=\"model\"\r\n\r\nm\r\n")
                .contains("\r\n\r\n" + Pictures.inBody(RED) + "\r\n")
                .contains("\r\n\r\n" + Pictures.inBody(BLUE) + "\r\n");

        ask(server, edit(null, inline(RED)));
        assertThat(server.requests().getLast().body())
                .contains("name=\"image\"; filename=")
                .doesNotContain("mask");
    }

    @Test
    void aPictureThatNoStepHasFetchedIsRefused() {
        StubServer server = answering(200, "application/json", whole(RED));
        assertThat(failure(server, edit(null, new ImageInput.Stored("img_1"))).param())
                .contains("image");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aFieldThatTheModelRefusesIsLearntOnce() {
        StubServer server = server((request, connection) -> {
            for (String field : List.of("response_format", "stream")) {
                if (request.body().contains("\"" + field + "\"")) {
                    connection.whole(
                            400,
                            "application/json",
                            "{\"error\":{\"message\":\"Unknown parameter: '" + field + "'.\",\"param\":\"" + field
                                    + "\",\"code\":\"unknown_parameter\"}}");
                    return;
                }
            }
            connection.whole(200, "application/json", whole(RED));
        });
        OpenAiImageBackend backend = backend(server);
        assertThat(readAll(backend.image(streamed(1, 1), call))).hasSize(1);
        assertThat(server.requests()).hasSize(3);
        assertThat(readAll(backend.image(streamed(1, 1), call))).hasSize(1);
        assertThat(server.requests()).hasSize(4);
        readAll(backend.image(plain().withModel("gpt-image-2"), call));
        assertThat(server.requests()).hasSize(5);
    }

    @Test
    void aLinkIsFollowedToTheServerItselfAlone() {
        List<String> link = new ArrayList<>(List.of(""));
        StubServer server = server((request, connection) -> {
            if (request.path().equals("/files/1.png?x=%20")) {
                connection.whole(200, "text/plain", "RIFF----WEBPVP8 ");
            } else {
                connection.whole(200, "application/json", "{\"data\":[{\"url\":\"" + link.getFirst() + "\"}]}");
            }
        });
        for (String own : List.of("/files/1.png?x=%20", server.url() + "/files/1.png?x=%20")) {
            link.set(0, own);
            assertThat(ask(server, plain()))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            ImageEvent.Completed.class,
                            picture -> assertThat(picture.data().mediaType()).isEqualTo("image/webp"));
        }
        link.set(0, "data:image/png;base64," + Pictures.base64(RED));
        assertThat(ask(server, plain())).hasSize(1);

        StubServer other = answering(200, "image/png", "secret");
        for (String foreign : List.of(
                other.url() + "/x",
                "http://169.254.169.254/latest",
                "//" + other.url().getAuthority() + "/x",
                "https://" + server.url().getAuthority() + "/x",
                "http://user@" + server.url().getAuthority() + "/x",
                "file:///etc/passwd",
                "http:x",
                "http://[")) {
            link.set(0, foreign);
            assertThat(failure(server, plain()).code()).describedAs(foreign).isEqualTo(ErrorCode.BACKEND_FAILED);
        }
        assertThat(other.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a <sd_cpp_extra_args>{\"width\":9}</sd_cpp_extra_args>",
                "<SD_CPP_Extra_Args>",
                "x< /sd_cpp_extra_args >",
                "a cat <lora:../secret:1>"
            })
    void aPromptCannotControlTheServer(String prompt) {
        StubServer server = answering(200, "application/json", whole(RED));
        InferenceException inPrompt = failure(server, request(prompt, ImageOptions.DEFAULT, false, Map.of()));
        assertThat(inPrompt.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(inPrompt.param()).contains("prompt");
        String json = JSON.valueToTree(prompt).toString().replace("<", "\\u003c");
        InferenceException inNegative =
                failure(server, request("a", ImageOptions.DEFAULT, false, Map.of("negative_prompt", json)));
        assertThat(inNegative.param()).contains("negative_prompt");
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"api_base,'\"http://elsewhere\"'", "ref_images,'[\"/etc/passwd\"]'", "seed,'{\"a\":1}'"})
    void aFieldThatIsNotKnownIsRefusedUnlessTheCallerAllowsItToBeDropped(String name, String json) {
        StubServer server = answering(200, "application/json", whole(RED));
        ImageRequest request = request("a", ImageOptions.DEFAULT, false, Map.of(name, json));
        InferenceException refused = failure(server, request);
        assertThat(refused.code()).isEqualTo(ErrorCode.UNSUPPORTED);
        assertThat(refused.param()).contains(name);
        assertThat(server.requests()).isEmpty();
        call.dropUnsupported();
        ask(server, request);
        assertThat(call.dropped()).containsExactly(name);
        assertThat(server.requests().getLast().body()).doesNotContain(name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {\"error\":{\"message\":\"bad size\",\"param\":\"size\"}} | invalid_request | size | bad size",
                "400 | {\"error\":\"invalid params\"} | invalid_request | | invalid params",
                "400 | prompt required, key the-key | invalid_request | | prompt required, key ***",
                "404 | {\"detail\":\"Not Found\"} | unsupported | model | does not make pictures",
                "405 | Method Not Allowed | unsupported | model | does not make pictures",
                "404 | {\"error\":{\"message\":\"no such model\"}} | model_not_found | model | 'm' not found",
                "429 | {} | overloaded | | busy",
                "500 | {\"error\":\"generate_image returned no results\"} | backend_failed | | failed",
                "200 | {\"error\":{\"message\":\"gone wrong\"}} | backend_failed | | failed",
                "200 | {\"created\":1,\"data\":[]} | backend_failed | | no picture",
                "200 | {\"data\":[{\"b64_json\":\"*\"}]} | backend_failed | | cannot be read",
                "200 | <html> | backend_failed | | cannot be read",
                "200 | '' | backend_failed | | no picture",
            })
    void failuresHaveReasons(int status, String body, String reason, String param, String words) {
        for (ImageRequest request : List.of(plain(), streamed(1, 0))) {
            StubServer server = answering(status, "application/json", body);
            InferenceException failure = failure(server, request);
            assertThat(failure.code().reason()).describedAs(body).isEqualTo(reason);
            if (status != 200 || !words.equals("no picture") || !request.stream()) {
                assertThat(failure).hasMessageContaining(words);
            }
            assertThat(failure.param().orElse(null)).isEqualTo(param);
            assertThat(failure.getMessage()).doesNotContain("the-key");
        }
    }

    @Test
    void aStreamThatBreaksOffOrFailsIsAFailure() {
        String preview = event("image_generation.partial_image", ",\"partial_image_index\":0", BLUE);
        StubServer cut = server((request, connection) -> {
            connection.begin(200, "text/event-stream");
            connection.chunk(preview);
            connection.close();
        });
        assertThat(failure(cut, streamed(1, 1)).code()).isEqualTo(ErrorCode.BACKEND_FAILED);
        StubServer failing = answering(
                200,
                "text/event-stream",
                preview + "event: error\ndata: {\"error\":{\"message\":\"out of memory\",\"code\":\"oom\"}}\n\n");
        assertThat(failure(failing, streamed(1, 1)).code()).isEqualTo(ErrorCode.BACKEND_FAILED);
        StubServer oneOfTwo = answering(200, "text/event-stream", event("image_generation.completed", "", RED));
        assertThat(failure(oneOfTwo, streamed(2, 0)).code()).isEqualTo(ErrorCode.BACKEND_FAILED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancellingDisconnects(boolean stream) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        StubServer server = server((request, connection) -> {
            asked.countDown();
            connection.awaitDisconnect();
            gone.countDown();
        });
        Thread.ofVirtual().start(() -> {
            try {
                asked.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            call.cancel(ErrorCode.CANCELLED);
        });
        assertThat(failure(server, stream ? streamed(1, 0) : plain()).code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void modelsComeFromTheServerOrTheEntry() {
        StubServer listing = answering(200, "application/json", "{\"data\":[{\"id\":\"sd\"}]}");
        assertThat(backend(listing).models()).extracting(ModelInfo::id).containsExactly("sd");
        StubServer silent = server((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(404, "text/plain", "Not Found");
            } else {
                connection.whole(200, "application/json", whole(RED));
            }
        });
        assertThat(backend(silent, "flux").models()).extracting(ModelInfo::id).containsExactly("flux");
        OpenAiImageBackend unnamed = backend(silent);
        assertThat(unnamed.models()).extracting(ModelInfo::id).containsExactly("images");
        ImageAnswer answer = unnamed.image(plain().withModel("images"), call);
        assertThat(answer.model()).isEqualTo("images");
        assertThat(readAll(answer)).hasSize(1);
        assertThat(silent.requests().getLast().body()).doesNotContain("model");
    }
}
