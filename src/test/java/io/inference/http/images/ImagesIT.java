package io.inference.http.images;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import io.inference.image.Images;
import io.inference.image.SamplePictures;
import io.inference.stub.StubServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stored pictures over REST, in the whole service. */
class ImagesIT {
    private static final String ADMIN = "ik_" + "0123456789abcdef".repeat(2);
    private static final String INTERNAL = "internal-key-".repeat(3);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String EDGE = "edge-of-parts";

    @TempDir
    private static Path parent;

    private static Path folder;

    private static RunningService service;
    private static StubServer upstream;
    private static String alice;
    private static String bob;

    @BeforeAll
    static void start() throws Exception {
        folder = Files.createDirectory(parent.resolve("volume"));
        upstream = new StubServer((request, connection) -> connection.whole(
                200,
                "application/json",
                request.path().endsWith("/models")
                        ? "{\"data\":[{\"id\":\"looker\"}]}"
                        : "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\","
                                + "\"message\":{\"role\":\"assistant\",\"content\":\"a cat\"}}]}"));
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("rest_images"));
        options.addAll(List.of(
                "--disable-auth=false",
                "--bootstrap-api-key=" + ADMIN,
                "--internal-api-key=" + INTERNAL,
                "--auth-user-groups=*",
                "--image-dir=" + folder,
                "--image-min-free-space=1MB",
                "--inference-services-openai-base-url=" + upstream.url() + "/v1"));
        service = RunningService.start(options.toArray(String[]::new));
        alice = key("alice");
        bob = key("bob");
    }

    @AfterAll
    static void stop() {
        service.close();
        upstream.close();
    }

    private static String key(String owner) throws Exception {
        String body = send(request("/v1/api-keys", ADMIN)
                        .POST(BodyPublishers.ofString("{\"name\":\"k\",\"owner\":\"" + owner + "\"}")))
                .body();
        return JSON.readTree(body).path("key").asText();
    }

    private static HttpRequest.Builder request(String path, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(service.baseUrl() + path));
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpResponse<byte[]> content(String path, String token, String... headers) throws Exception {
        HttpRequest.Builder request = request(path, token);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static byte[] form(String name, String filename, byte[] picture) {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        form.writeBytes(("--" + EDGE + "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nvision\r\n--" + EDGE
                        + "\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + filename
                        + "\"\r\nContent-Type: application/octet-stream\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        form.writeBytes(picture);
        form.writeBytes(("\r\n--" + EDGE + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return form.toByteArray();
    }

    private static HttpResponse<String> upload(String token, String name, String filename, byte[] picture)
            throws Exception {
        return send(request("/v1/images", token)
                .header("Content-Type", "multipart/form-data; boundary=" + EDGE)
                .POST(BodyPublishers.ofByteArray(form(name, filename, picture))));
    }

    private static JsonNode uploaded(String token, byte[] picture) throws Exception {
        HttpResponse<String> answer = upload(token, "file", "cat.png", picture);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static String id(JsonNode image) {
        return image.path("id").asText();
    }

    @Test
    void anUploadIsListedDescribedSentAndDeleted() throws Exception {
        byte[] picture = SamplePictures.png(40, 30, 1);
        HttpResponse<String> answer = upload(alice, "file", "../../etc/ein \"Bild\" ä.exe", picture);
        JsonNode image = JSON.readTree(answer.body());
        assertThat(image.path("name").asText()).doesNotContain("/");
        assertThat(image.path("width").asInt()).isEqualTo(40);
        assertThat(image.path("height").asInt()).isEqualTo(30);
        assertThat(image.path("media_type").asText()).isEqualTo("image/png");
        assertThat(image.path("kind").asText()).isEqualTo("uploaded");
        String path = "/v1/images/" + id(image);
        assertThat(JSON.readTree(send(request(path, alice)).body())).isEqualTo(image);
        JsonNode list =
                JSON.readTree(send(request("/v1/images?limit=100", alice)).body());
        assertThat(list.path("data")).contains(image);
        assertThat(JSON.readTree(send(request("/v1/images", bob)).body()).path("data"))
                .doesNotContain(image);

        HttpResponse<byte[]> sent = content(path + "/content", alice);
        assertThat(sent.body()).isEqualTo(picture);
        assertThat(sent.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(sent.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(sent.headers().firstValue("Cache-Control").orElseThrow()).startsWith("private, max-age=");
        assertThat(sent.headers().firstValue("ETag"))
                .contains("\"" + image.path("sha256").asText() + "\"");
        String disposition = sent.headers().firstValue("Content-Disposition").orElseThrow();
        assertThat(disposition).startsWith("inline; filename=").contains(".png").doesNotContain(".exe");

        assertThat(send(request(path, alice).DELETE()).body()).contains("\"deleted\":true");
        assertThat(content(path + "/content", alice).statusCode()).isEqualTo(404);
        assertThat(send(request(path, alice)).statusCode()).isEqualTo(404);
        assertThat(send(request(path, alice).DELETE()).statusCode()).isEqualTo(404);
    }

    @Test
    void aPictureCanBeTheBodyItself() throws Exception {
        byte[] picture = SamplePictures.noise("jpeg", 64, 64, 2);
        HttpResponse<String> answer = send(request("/v1/images?name=dog.jpg", alice)
                .header("Content-Type", "image/png")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(picture))));
        JsonNode image = JSON.readTree(answer.body());
        // By its content, whatever its sender says.
        assertThat(image.path("media_type").asText()).isEqualTo("image/jpeg");
        assertThat(image.path("name").asText()).isEqualTo("dog.jpg");
    }

    @Test
    void whatIsNoPictureIsRefusedAndLeavesNothing() throws Exception {
        assertThat(upload(alice, "image", "cat.png", SamplePictures.png(4, 4, 3))
                        .body())
                .contains("'file' is required");
        assertThat(upload(alice, "file", "cat.png", "no picture".getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(400);
        assertThat(upload(
                                alice,
                                "file",
                                "cat.svg",
                                "<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(400);
        assertThat(send(request("/v1/images", alice)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{}")))
                        .statusCode())
                .isEqualTo(400);
        byte[] cut = Arrays.copyOf(form("file", "cat.png", SamplePictures.png(64, 64, 4)), 2000);
        assertThat(send(request("/v1/images", alice)
                                .header("Content-Type", "multipart/form-data; boundary=" + EDGE)
                                .POST(BodyPublishers.ofByteArray(cut)))
                        .statusCode())
                .isEqualTo(400);
        try (Stream<Path> left = Files.walk(folder.resolve("tmp"))) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void rangesAndConditionsAreAnswered() throws Exception {
        byte[] picture = SamplePictures.png(60, 60, 5);
        String path = "/v1/images/" + id(uploaded(alice, picture)) + "/content";
        HttpResponse<byte[]> whole = content(path, alice);
        String tag = whole.headers().firstValue("ETag").orElseThrow();

        HttpResponse<byte[]> part = content(path, alice, "Range", "bytes=10-19", "If-Range", tag);
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(picture, 10, 20));
        assertThat(part.headers().firstValue("Content-Range")).contains("bytes 10-19/" + picture.length);
        assertThat(content(path, alice, "Range", "bytes=-5").body())
                .isEqualTo(Arrays.copyOfRange(picture, picture.length - 5, picture.length));
        assertThat(content(path, alice, "Range", "bytes=" + picture.length + "-")
                        .statusCode())
                .isEqualTo(416);
        assertThat(content(path, alice, "Range", "bytes=0-1", "If-Range", "\"old\"")
                        .body())
                .isEqualTo(picture);

        HttpResponse<byte[]> known = content(path, alice, "If-None-Match", tag);
        assertThat(known.statusCode()).isEqualTo(304);
        assertThat(known.body()).isEmpty();

        HttpResponse<byte[]> head = CLIENT.send(
                request(path, alice).method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.ofByteArray());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Length")).contains(Integer.toString(picture.length));
        assertThat(head.body()).isEmpty();
        HttpResponse<byte[]> ranged = CLIENT.send(
                request(path, alice)
                        .header("Range", "bytes=0-1")
                        .method("HEAD", BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(ranged.statusCode()).isEqualTo(200);
        assertThat(ranged.headers().firstValue("Content-Length")).contains(Integer.toString(picture.length));
        // The connection is still in step.
        assertThat(content(path, alice).body()).isEqualTo(picture);
    }

    @Test
    void aLargePictureArrivesWholeAtASlowReader() throws Exception {
        byte[] picture = SamplePictures.png(1900, 1900, 6);
        assertThat(picture.length).isGreaterThan(10_000_000);
        String path = "/v1/images/" + id(uploaded(alice, picture)) + "/content";
        HttpResponse<java.io.InputStream> answer =
                CLIENT.send(request(path, alice).build(), BodyHandlers.ofInputStream());
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        try (var body = answer.body()) {
            byte[] some = new byte[1000];
            for (int count = body.read(some); count >= 0; count = body.read(some)) {
                received.write(some, 0, count);
                Thread.onSpinWait();
            }
        }
        assertThat(received.toByteArray()).isEqualTo(picture);
    }

    @Test
    void anothersPictureIsAsIfItDidNotExist() throws Exception {
        String id = id(uploaded(alice, SamplePictures.png(8, 8, 7)));
        for (String token : List.of(bob, ADMIN)) {
            String unknown =
                    send(request("/v1/images/img_" + "0".repeat(32), token)).body();
            assertThat(send(request("/v1/images/" + id, token)).body().replaceAll("req-\\w+", ""))
                    .isEqualTo(unknown.replaceAll("req-\\w+", ""));
            for (HttpRequest.Builder request : List.of(
                    request("/v1/images/" + id + "/content", token),
                    request("/v1/images/" + id + "/content?width=64", token),
                    request("/v1/images/" + id, token).DELETE(),
                    request("/v1/images/" + id + "/links", token).POST(BodyPublishers.noBody()),
                    request("/v1/images/" + id + "/links", token).DELETE())) {
                assertThat(send(request).statusCode()).isEqualTo(404);
            }
        }
        assertThat(content("/v1/images/" + id + "/content", null).statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/images/../../../etc/passwd/content",
                "/v1/images/..%2f..%2f..%2fetc%2fpasswd/content",
                "/v1/images/%2e%2e%2f%2e%2e%2fetc%2fpasswd/content",
                "/v1/images/%252e%252e%252fetc%252fpasswd/content",
                "/v1/images/..;/..;/etc/passwd/content",
                "/v1/images//etc/passwd/content",
                "/v1/images/%2fetc%2fpasswd/content",
                "/v1/images/img_00000000000000000000000000000000%00/content",
                "/v1/images/img_00000000000000000000000000000000%2f..%2f..%2ftmp/content",
                "/v1/images/..%5c..%5cetc/content",
                "/v1/images/%c0%ae%c0%ae%c0%afetc/content",
                "/internal/images/alice/..%2f..%2fetc%2fpasswd",
                "/internal/images/..%2f..%2f/img_00000000000000000000000000000000",
                "/internal/images/alice/%252e%252e%252fetc",
                "/internal/images/alice/img_00000000000000000000000000000000.png%00",
                "/internal/images/alice/../../etc/passwd",
            })
    void noPathLeadsToAnotherFile(String path) throws Exception {
        try (RawClient client = new RawClient(service.port())) {
            String token = path.startsWith("/internal") ? INTERNAL : alice;
            client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                    + "\r\nConnection: close\r\n\r\n");
            String status = client.awaitLine("HTTP/1.1");
            assertThat(status).matches("HTTP/1.1 40[04].*");
        }
    }

    @Test
    void aLinkPlantedInTheFolderIsNotFollowed() throws Exception {
        byte[] picture = SamplePictures.png(9, 9, 8);
        String id = id(uploaded(alice, picture));
        Path secret = Files.writeString(folder.resolveSibling("secret-" + id), "x".repeat(picture.length));
        Path file = fileOf(picture);
        Files.delete(file);
        Files.createSymbolicLink(file, secret);
        HttpResponse<String> answer = send(request("/v1/images/" + id + "/content", alice));
        assertThat(answer.statusCode()).isIn(404, 503);
        assertThat(answer.body()).doesNotContain("xxx");
        Files.delete(secret);
    }

    private static Path fileOf(byte[] picture) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> {
                        try {
                            return Arrays.equals(Files.readAllBytes(file), picture);
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void aLinkNeedsNoTokenUntilItIsRevoked() throws Exception {
        byte[] picture = SamplePictures.png(200, 100, 9);
        String path = "/v1/images/" + id(uploaded(alice, picture));
        JsonNode link = JSON.readTree(send(request(path + "/links", alice).POST(BodyPublishers.noBody()))
                .body());
        String url = link.path("url").asText();
        assertThat(url).startsWith(path + "/content?link=");

        HttpResponse<byte[]> sent = content(url, null);
        assertThat(sent.body()).isEqualTo(picture);
        assertThat(sent.headers().firstValue("Cross-Origin-Resource-Policy")).contains("cross-origin");
        assertThat(content(url + "&width=64", null).statusCode()).isEqualTo(200);
        assertThat(content(url, bob).body()).isEqualTo(picture);

        String other = "/v1/images/" + id(uploaded(alice, SamplePictures.png(5, 5, 10)));
        for (String forged : List.of(
                url.replace(path, other),
                // One in a thousand ends so.
                url.substring(0, url.length() - 2) + (url.endsWith("AA") ? "BB" : "AA"),
                url.replaceFirst("link=1", "link=2"),
                path + "/content?link=",
                path + "/content?link=x")) {
            HttpResponse<String> refused = send(request(forged, null));
            assertThat(refused.statusCode()).as(forged).isEqualTo(403);
            assertThat(refused.body()).contains("this link is not valid, or has expired");
        }
        assertThat(send(request(url.replace("/content?", "?"), null)).statusCode())
                .isEqualTo(401);
        assertThat(send(request(url, null).DELETE()).statusCode()).isEqualTo(401);

        assertThat(send(request(path + "/links", alice).DELETE()).body()).contains("\"revoked\":true");
        assertThat(content(url, null).statusCode()).isEqualTo(404);
        assertThat(content(path + "/content", alice).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg", "gif"})
    void aThumbnailIsMadeOnceAndGoesWithItsPicture(String format) throws Exception {
        String path = "/v1/images/" + id(uploaded(alice, SamplePictures.noise(format, 300, 150, 11)));
        HttpResponse<byte[]> small = content(path + "/content?width=100", alice);
        assertThat(small.statusCode()).isEqualTo(200);
        var decoded = ImageIO.read(new ByteArrayInputStream(small.body()));
        assertThat(decoded.getWidth()).isEqualTo(128);
        assertThat(decoded.getHeight()).isEqualTo(64);
        HttpResponse<byte[]> again = content(path + "/content?width=128", alice);
        assertThat(again.body()).isEqualTo(small.body());
        String tag = again.headers().firstValue("ETag").orElseThrow();
        assertThat(content(path + "/content?width=128", alice, "If-None-Match", tag)
                        .statusCode())
                .isEqualTo(304);
        // Never larger than the picture.
        assertThat(content(path + "/content?width=1024", alice).body())
                .isEqualTo(content(path + "/content", alice).body());
        for (String wrong : List.of("0", "-1", "1025", "x", "")) {
            assertThat(content(path + "/content?width=" + wrong, alice).statusCode())
                    .isEqualTo(400);
        }
        assertThat(send(request(path, alice).DELETE()).statusCode()).isEqualTo(200);
        assertThat(content(path + "/content?width=128", alice).statusCode()).isEqualTo(404);
    }

    @Test
    void servicesReadPicturesWithTheInternalKey() throws Exception {
        byte[] picture = SamplePictures.png(12, 12, 12);
        String id = id(uploaded(alice, picture));
        for (String file : List.of(id, id + ".png", id + ".anything")) {
            assertThat(content("/internal/images/alice/" + file, INTERNAL).body())
                    .isEqualTo(picture);
        }
        assertThat(content("/internal/images/alice/" + id, null, "X-API-Key", INTERNAL)
                        .body())
                .isEqualTo(picture);
        assertThat(content("/internal/images/bob/" + id, INTERNAL).statusCode()).isEqualTo(404);
        assertThat(content("/internal/images/alice/" + id, alice).statusCode()).isEqualTo(401);
        assertThat(content("/internal/images/alice/" + id, ADMIN).statusCode()).isEqualTo(401);
        assertThat(content("/internal/images/alice/" + id + "?tenant=x", INTERNAL)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void aChatMayNameItsCallersPictureAndNoOther() throws Exception {
        byte[] picture = SamplePictures.png(10, 10, 13);
        String id = id(uploaded(alice, picture));
        for (String url : List.of(id, "/v1/images/" + id + "/content")) {
            assertThat(chat(alice, url).statusCode()).isEqualTo(200);
            String asked = chats().getLast().body();
            assertThat(JSON.readTree(asked)
                            .at("/messages/0/content/1/image_url/url")
                            .asText())
                    .isEqualTo("data:image/png;base64," + Base64.getEncoder().encodeToString(picture));
        }
        int before = chats().size();
        assertThat(chat(bob, id).statusCode()).isEqualTo(404);
        assertThat(chat(alice, "http://127.0.0.1/v1/images/" + id + "/content").statusCode())
                .isEqualTo(400);
        assertThat(chats()).hasSize(before);
    }

    /** What the backend was asked, without the lists of its models, which it is asked for now and then. */
    private static List<StubServer.Request> chats() {
        return upstream.requests().stream()
                .filter(request -> !request.path().endsWith("/models"))
                .toList();
    }

    private static HttpResponse<String> chat(String token, String url) throws Exception {
        return send(request("/v1/chat/completions", token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{\"model\":\"looker\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
                                + "\"text\":\"what is it?\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url
                                + "\"}}]}]}")));
    }

    @Test
    void aTooLargeUploadIsRefused() throws Exception {
        long most = service.bean(Images.class).mostBytes();
        assertThat(most).isPositive();
        try (RawClient client = new RawClient(service.port())) {
            client.send("POST /v1/images HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + alice
                    + "\r\nContent-Type: image/png\r\nContent-Length: " + 100_000_000_000L + "\r\n\r\n");
            assertThat(client.awaitLine("HTTP/1.1")).contains(" 413");
        }
    }
}
