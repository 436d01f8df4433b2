package io.inference.http.openai.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableList;
import com.google.protobuf.ByteString;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.MultipartField;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.OpenAIException;
import com.openai.models.images.ImageEditParams;
import com.openai.models.images.ImageEditStreamEvent;
import com.openai.models.images.ImageGenStreamEvent;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.images.ImagesResponse;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.inference.LogLines;
import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import io.inference.grpc.GrpcCaller;
import io.inference.grpc.v1.GenerateImageEvent;
import io.inference.grpc.v1.GenerateImageRequest;
import io.inference.grpc.v1.ImageSource;
import io.inference.stub.ImageServer;
import io.inference.stub.Pictures;
import io.inference.stub.StubServer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The service with a server for pictures, from the side of OpenAI's own client and of a plain one. */
class ImageGenerationIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient PLAIN = HttpClient.newHttpClient();
    private static final ImageServer SERVER = new ImageServer();

    @TempDir
    private static Path volume;

    private static RunningService service;
    private static OpenAIClient client;

    @BeforeAll
    static void start() {
        // A database belongs to one volume.
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("image_generation"));
        options.addAll(List.of(
                "--image-backend=openai",
                "--inference-services-sd-base-url=" + SERVER.url(),
                "--stream-keep-alive=1s",
                "--log-prompts=true",
                "--max-image-size=2000",
                "--image-dir=" + volume));
        service = RunningService.start(options.toArray(String[]::new));
        client = OpenAIOkHttpClient.builder()
                .baseUrl(service.baseUrl() + "/v1")
                .apiKey("none")
                .maxRetries(0)
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        service.close();
        SERVER.close();
    }

    @Test
    void picturesOfAText() {
        ImagesResponse answer = client.images()
                .generate(ImageGenerateParams.builder()
                        .model(ImageServer.MODEL)
                        .prompt("a cat")
                        .n(2)
                        .quality(ImageGenerateParams.Quality.HIGH)
                        .build());
        assertThat(answer.data().orElseThrow()).hasSize(2).allSatisfy(picture -> {
            assertThat(Base64.getDecoder().decode(picture.b64Json().orElseThrow()))
                    .isEqualTo(ImageServer.PICTURE);
            assertThat(picture.revisedPrompt()).contains("a better cat");
        });
        assertThat(answer.created()).isPositive();
        assertThat(answer.outputFormat().orElseThrow().asString()).isEqualTo("png");
        assertThat(answer.size().orElseThrow().asString()).isEqualTo("6x4");
        assertThat(answer.quality().orElseThrow().asString()).isEqualTo("high");
        assertThat(answer.usage().orElseThrow().outputTokens()).isEqualTo(60);
        assertThat(answer.usage().orElseThrow().inputTokensDetails().textTokens())
                .isEqualTo(5);
    }

    @Test
    void aStreamHasPreviewsAndThenThePicture() {
        var params =
                ImageGenerateParams.builder().prompt("a cat").partialImages(2).build();
        List<ImageGenStreamEvent> events;
        try (StreamResponse<ImageGenStreamEvent> stream = client.images().generateStreaming(params)) {
            events = stream.stream().toList();
        }
        assertThat(events).hasSize(3);
        var preview = events.get(1).asGenerationPartialImage();
        assertThat(preview.partialImageIndex()).isEqualTo(1);
        assertThat(Base64.getDecoder().decode(preview.b64Json())).isEqualTo(ImageServer.PREVIEW);
        assertThat(preview.outputFormat().asString()).isEqualTo("jpeg");
        var picture = events.get(2).asGenerationCompleted();
        assertThat(Base64.getDecoder().decode(picture.b64Json())).isEqualTo(ImageServer.PICTURE);
        assertThat(picture.usage().totalTokens()).isEqualTo(65);
        assertThat(picture.createdAt()).isPositive();
        assertThat(picture.size().asString()).isEqualTo("6x4");
        assertThat(picture.quality().asString()).isEqualTo("auto");
    }

    @Test
    void aPictureIsALinkIfItIsAskedFor() throws Exception {
        HttpResponse<String> answer = PLAIN.send(
                post("/v1/images/generations", "{\"prompt\":\"a cat\",\"response_format\":\"url\"}"),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(200);
        JsonNode picture = JSON.readTree(answer.body()).at("/data/0");
        assertThat(picture.has("b64_json")).isFalse();
        String link = picture.path("url").asText();
        assertThat(link).contains("/v1/images/" + picture.path("id").asText() + "/content?link=");
        HttpResponse<byte[]> content = PLAIN.send(
                HttpRequest.newBuilder(URI.create(service.baseUrl() + link)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(content.statusCode()).isEqualTo(200);
        assertThat(content.headers().firstValue("Content-Type")).contains("image/png");
    }

    @Test
    void anEditTakesSeveralPicturesAndAMask() {
        byte[] red = Pictures.png(5, 5, 0xffff0000);
        byte[] blue = Pictures.jpeg(5, 5, 0xff0000ff);
        ImagesResponse answer = client.images().edit(edit(red, blue).build());
        assertThat(answer.data().orElseThrow()).hasSize(1);
        StubServer.Request asked = SERVER.requests().stream()
                .filter(request -> request.body().contains("put a hat on it"))
                .findFirst()
                .orElseThrow();
        assertThat(asked.path()).isEqualTo("/v1/images/edits");
        assertThat(asked.body())
                .contains("name=\"image[]\"; filename=\"image-1.png\"", "name=\"mask\"")
                .contains(Pictures.inBody(red), Pictures.inBody(blue));

        List<ImageEditStreamEvent> events;
        try (StreamResponse<ImageEditStreamEvent> stream =
                client.images().editStreaming(edit(red, blue).partialImages(1).build())) {
            events = stream.stream().toList();
        }
        assertThat(events).hasSize(3);
        assertThat(Base64.getDecoder().decode(events.get(2).asCompleted().b64Json()))
                .isEqualTo(ImageServer.PICTURE);
        await().untilAsserted(() -> assertThat(volume.resolve("tmp")).isEmptyDirectory());
    }

    @Test
    void aFormThatBreaksOffLeavesNoFile() throws Exception {
        String start = "--X\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\n"
                + new String(Pictures.png(5, 5, 0xffff0000), StandardCharsets.ISO_8859_1);
        byte[] body = (start + "x".repeat(3_000_000)).getBytes(StandardCharsets.ISO_8859_1);
        try (Socket caller = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            caller.getOutputStream()
                    .write(("POST /v1/images/edits HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n"
                                    + "Content-Type: multipart/form-data; boundary=X\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            caller.getOutputStream().write(body);
            // It is on the volume, not in memory, as it arrives.
            await().untilAsserted(() -> assertThat(volume.resolve("tmp"))
                    .isDirectoryContaining(file -> file.toFile().length() > 2_000_000));
        }
        await().untilAsserted(() -> assertThat(volume.resolve("tmp")).isEmptyDirectory());
        HttpResponse<String> refused = PLAIN.send(
                HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/images/edits"))
                        .header("Content-Type", "multipart/form-data; boundary=X")
                        .POST(BodyPublishers.ofByteArray(
                                (start + "\r\n--X--\r\n").getBytes(StandardCharsets.ISO_8859_1)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(refused.body()).at("/error/param").asText()).isEqualTo("prompt");
        await().untilAsserted(() -> assertThat(volume.resolve("tmp")).isEmptyDirectory());
    }

    @Test
    void theLogShowsWhatWasMadeWithoutItsBytes() throws Exception {
        LogLines lines = new LogLines();
        Logger log = (Logger) LoggerFactory.getLogger("io.inference.prompts");
        lines.start();
        log.addAppender(lines);
        try {
            JsonNode answer = JSON.readTree(PLAIN.send(
                            post("/v1/images/generations", "{\"prompt\":\"a logged cat\",\"n\":2}"),
                            HttpResponse.BodyHandlers.ofString())
                    .body());
            String line = await().until(
                            () -> lines.list.stream()
                                    .map(ILoggingEvent::getFormattedMessage)
                                    .filter(text -> text.contains(
                                            answer.at("/data/0/id").asText()))
                                    .toList(),
                            found -> found.size() == 1)
                    .getFirst();
            assertThat(line)
                    .contains(" backend=images answer ok [{\"image\":0,\"id\":\"img_")
                    .contains(answer.at("/data/1/id").asText())
                    .contains("\"type\":\"image/png\",\"size\":\"6x4\",\"bytes\":" + ImageServer.PICTURE.length)
                    .doesNotContain(Pictures.base64(ImageServer.PICTURE));
        } finally {
            log.detachAppender(lines);
        }
    }

    private static ImageEditParams.Builder edit(byte[] first, byte[] second) {
        List<InputStream> images = List.of(new ByteArrayInputStream(first), new ByteArrayInputStream(second));
        return ImageEditParams.builder()
                .prompt("put a hat on it")
                .image(MultipartField.<ImageEditParams.Image>builder()
                        .value(ImageEditParams.Image.ofInputStreams(images))
                        .filename("a.png")
                        .contentType("image/png")
                        .build())
                .mask(MultipartField.<InputStream>builder()
                        .value(new ByteArrayInputStream(first))
                        .filename("m.png")
                        .contentType("image/png")
                        .build());
    }

    @Test
    void refusalsAreTheClientsOwnExceptions() {
        var large = ImageGenerateParams.builder()
                .prompt("a cat")
                .putAdditionalBodyProperty("n", JsonValue.from(11))
                .build();
        assertThatThrownBy(() -> client.images().generate(large))
                .isInstanceOfSatisfying(
                        BadRequestException.class, e -> assertThat(e.param()).contains("n"));
        var refused = ImageGenerateParams.builder().prompt("refuse this").build();
        assertThatThrownBy(() -> client.images().generate(refused))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("not this");
        var broken =
                ImageGenerateParams.builder().prompt("break").partialImages(1).build();
        try (StreamResponse<ImageGenStreamEvent> stream = client.images().generateStreaming(broken)) {
            assertThatThrownBy(() -> stream.stream().toList()).isInstanceOf(OpenAIException.class);
        }
    }

    @Test
    void aStreamIsKeptAliveWhileTheServerIsSilent() throws Exception {
        HttpResponse<InputStream> answer = PLAIN.send(
                post("/v1/images/generations", "{\"prompt\":\"be slow\",\"stream\":true,\"partial_images\":1}"),
                HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            assertThat(new String(body.readNBytes(14))).isEqualTo(": keep-alive\n\n");
            SERVER.goOn.release();
            String rest = new String(body.readAllBytes());
            assertThat(rest)
                    .contains("event: image_generation.partial_image\ndata: {\"type\":"
                            + "\"image_generation.partial_image\",\"b64_json\":\"")
                    .contains("\n\nevent: image_generation.completed\ndata: {\"type\":\"image_generation.completed\"")
                    .doesNotContain("[DONE]");
        }
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallerThatDisconnectsCancelsAtTheServer(boolean stream) {
        int before = SERVER.abandoned();
        String prompt = "wait for " + stream;
        CompletableFuture<HttpResponse<String>> answer = PLAIN.sendAsync(
                post("/v1/images/generations", "{\"prompt\":\"" + prompt + "\",\"stream\":" + stream + "}"),
                HttpResponse.BodyHandlers.ofString());
        await().until(() -> SERVER.wasAsked(prompt));
        answer.cancel(true);
        await().until(() -> SERVER.abandoned() == before + 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "generations | 404 | model           | {\"prompt\":\"p\",\"model\":\"nobody\"}",
                "generations | 400 | api_base        | {\"prompt\":\"p\",\"api_base\":\"http://elsewhere\"}",
                "generations | 400 | prompt          | {\"prompt\":\"<sd_cpp_extra_args>{}</sd_cpp_extra_args>\"}",
                "generations | 400 | size            | {\"prompt\":\"p\",\"size\":\"8x2001\"}",
                "edits       | 400 | images          | {\"prompt\":\"p\"}",
                "chat        | 400 | model           | {\"model\":\"painter\",\"messages\":[{\"role\":\"user\","
                        + "\"content\":\"x\"}]}",
            })
    void whatCannotBeDoneIsNamed(String operation, int status, String param, String body) throws Exception {
        String path = operation.equals("chat") ? "/v1/chat/completions" : "/v1/images/" + operation;
        HttpResponse<String> answer = PLAIN.send(post(path, body), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(status);
        assertThat(JSON.readTree(answer.body()).at("/error/param").asText()).isEqualTo(param);
    }

    @Test
    void jobsMakeAndEditPicturesAndAreCancelledAtTheServer() throws Exception {
        JsonNode made = ended(submit("image_generation", "{\"prompt\":\"a job\"}"));
        assertThat(made.path("state").asText()).isEqualTo("done");
        assertThat(result(made).at("/data/0/b64_json").asText()).isEqualTo(Pictures.base64(ImageServer.PICTURE));

        String url = "data:image/png;base64," + Pictures.base64(Pictures.png(2, 2, 0xff000000));
        JsonNode edited = ended(
                submit("image_editing", "{\"prompt\":\"a job's hat\",\"images\":[{\"image_url\":\"" + url + "\"}]}"));
        assertThat(result(edited).at("/data/0/revised_prompt").asText()).isEqualTo("a better cat");
        assertThat(SERVER.requests().stream()
                        .filter(request -> request.body().contains("a job's hat"))
                        .toList())
                .singleElement()
                .satisfies(request -> assertThat(request.path()).endsWith("/edits"));

        int before = SERVER.abandoned();
        String waiting = submit("image_generation", "{\"prompt\":\"wait as a job\"}");
        await().until(() -> SERVER.wasAsked("wait as a job"));
        PLAIN.send(
                HttpRequest.newBuilder(URI.create(service.baseUrl() + waiting))
                        .DELETE()
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        assertThat(ended(waiting).path("state").asText()).isEqualTo("cancelled");
        await().until(() -> SERVER.abandoned() == before + 1);
    }

    @Test
    void theGrpcDoorStreamsPreviewsAndPictures() {
        try (GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            GenerateImageRequest request = GenerateImageRequest.newBuilder()
                    .setModel(ImageServer.MODEL)
                    .setPrompt("a cat over gRPC")
                    .setNegativePrompt("a \"dog\"")
                    .setSeed(7)
                    .setWidth(640)
                    .setHeight(480)
                    .setPartialImages(2)
                    .build();
            List<GenerateImageEvent> events =
                    ImmutableList.copyOf(caller.stub("x-request-id", "my-id.2").generateImage(request));
            assertThat(events).hasSize(3).allSatisfy(event -> {
                assertThat(event.getId()).isEqualTo("my-id.2");
                assertThat(event.getModel()).isEqualTo(ImageServer.MODEL);
            });
            assertThat(events.get(1).getPreview().getIndex()).isEqualTo(1);
            assertThat(events.get(1).getPreview().getData().toByteArray()).isEqualTo(ImageServer.PREVIEW);
            assertThat(events.get(2).getImage().getData().toByteArray()).isEqualTo(ImageServer.PICTURE);
            assertThat(events.get(2).getImage().getMediaType()).isEqualTo("image/png");
            assertThat(events.get(2).getImage().getUsage().getCompletionTokens())
                    .isEqualTo(60);
            assertThat(SERVER.wasAsked("\"size\":\"640x480\"")).isTrue();
            assertThat(SERVER.wasAsked("\"negative_prompt\":\"a \\\"dog\\\"\",\"seed\":7"))
                    .isTrue();

            byte[] red = Pictures.png(3, 3, 0xffff0000);
            GenerateImageRequest edit = GenerateImageRequest.newBuilder()
                    .setPrompt("a hat over gRPC")
                    .addImages(ImageSource.newBuilder().setData(ByteString.copyFrom(red)))
                    .build();
            assertThat(caller.stub().generateImage(edit)).toIterable().isNotEmpty();
            assertThat(SERVER.requests().stream()
                            .filter(asked -> asked.body().contains("a hat over gRPC"))
                            .toList())
                    .singleElement()
                    .satisfies(asked -> assertThat(asked.body()).contains(Pictures.inBody(red)));
        }
    }

    @Test
    void theGrpcDoorNamesWhatIsWrongAndCancelsAtTheServer() {
        try (GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            Map<String, GenerateImageRequest.Builder> wrong = Map.of(
                    "prompt", GenerateImageRequest.newBuilder(),
                    "count", GenerateImageRequest.newBuilder().setPrompt("p").setCount(0),
                    "height", GenerateImageRequest.newBuilder().setPrompt("p").setWidth(5),
                    "size",
                            GenerateImageRequest.newBuilder()
                                    .setPrompt("p")
                                    .setWidth(2001)
                                    .setHeight(8),
                    "quality", GenerateImageRequest.newBuilder().setPrompt("p").setQuality("best"),
                    "images[0].data",
                            GenerateImageRequest.newBuilder()
                                    .setPrompt("p")
                                    .addImages(ImageSource.newBuilder().setData(ByteString.copyFromUtf8("<svg/>"))),
                    "images[0]",
                            GenerateImageRequest.newBuilder()
                                    .setPrompt("p")
                                    .addImages(ImageSource.getDefaultInstance()),
                    "mask",
                            GenerateImageRequest.newBuilder()
                                    .setPrompt("p")
                                    .setMask(ImageSource.newBuilder().setId("x")));
            wrong.forEach((field, request) -> {
                StatusRuntimeException failure = catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> caller.stub().generateImage(request.build()).next());
                assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
                assertThat(GrpcCaller.field(failure)).isEqualTo(field);
            });

            int before = SERVER.abandoned();
            // Long enough for the server to be asked before it, also on a busy machine.
            StatusRuntimeException late = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> caller.stub()
                            .withDeadlineAfter(Duration.ofSeconds(5))
                            .generateImage(GenerateImageRequest.newBuilder()
                                    .setPrompt("wait over gRPC")
                                    .build())
                            .next());
            assertThat(late.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
            await().until(() -> SERVER.abandoned() == before + 1);
        }
    }

    private static String submit(String task, String payload) throws Exception {
        HttpResponse<String> taken = PLAIN.send(
                post("/v1/jobs", "{\"task\":\"" + task + "\",\"payload\":" + payload + "}"),
                HttpResponse.BodyHandlers.ofString());
        assertThat(taken.statusCode()).describedAs(taken.body()).isEqualTo(202);
        return JSON.readTree(taken.body()).at("/links/self").asText();
    }

    private static JsonNode ended(String path) {
        return await().until(
                        () -> get(path),
                        job -> List.of("done", "failed", "cancelled")
                                .contains(job.path("state").asText()));
    }

    private static JsonNode result(JsonNode job) throws Exception {
        return get(job.at("/links/result").asText());
    }

    private static JsonNode get(String path) throws Exception {
        return JSON.readTree(PLAIN.send(
                        HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body());
    }

    private static HttpRequest post(String path, String body) {
        return HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }
}
