package io.inference.routes.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import io.inference.routes.HelloRoute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators change files while the service runs. */
class LiveRoutesIT {
    private static final String KEY = "k".repeat(32);
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @TempDir
    Path data;

    private RunningService service;

    @AfterEach
    void stop() {
        if (service != null) {
            service.close();
        }
    }

    @Test
    void anEditedFileServesWithoutARestart() throws Exception {
        start();
        write("hello", "hello");
        awaitAnswer("/hello", "hello");
        write("hello", "hello again");
        awaitAnswer("/hello", "hello again");
        Files.delete(folder.resolve(HelloRoute.FILE));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(get("/hello").statusCode()).isEqualTo(404));
        assertThat(get("/v1/models").statusCode()).isEqualTo(200);
    }

    @Test
    void aMistakeChangesNothingButTheStatus() throws Exception {
        start();
        write("hello", "hello");
        awaitAnswer("/hello", "hello");
        Files.writeString(
                folder.resolve(HelloRoute.FILE), HelloRoute.of("hello", "x").replace("setBody", "setBoddy"));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(internal("GET", "").body())
                        .contains("\"degraded\":true", "rest-hello.camel.yaml", "setBoddy", "REFUSED"));
        assertThat(get("/hello").body()).isEqualTo("hello");
        write("hello", "hello");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(internal("GET", "").body()).contains("\"degraded\":false"));
    }

    @Test
    void reloadTellsItsOutcomeAtOnceAndRollbackGoesBack() throws Exception {
        start();
        write("hello", "one");
        assertThat(internal("POST", "/reload").statusCode()).isEqualTo(200);
        assertThat(get("/hello").body()).isEqualTo("one");
        write("hello", "two");
        awaitAnswer("/hello", "two");
        HttpResponse<String> back = internal("POST", "/rollback");
        assertThat(back.body()).contains("ROLLED_BACK", "service:internal", "-", "two");
        assertThat(get("/hello").body()).isEqualTo("one");
        Files.writeString(folder.resolve(HelloRoute.FILE), "- route: [");
        HttpResponse<String> refused = internal("POST", "/reload");
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("REFUSED", HelloRoute.FILE);
    }

    @Test
    void aCandidateServesAdminsWhoAskForItUntilItIsDecided() throws Exception {
        start("--routes-commit=manual");
        write("hello", "new");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(internal("GET", "").body()).contains("WAITING"));
        assertThat(get("/hello").statusCode()).isEqualTo(404);
        assertThat(get("/hello", "X-Route-Generation", "candidate").body()).isEqualTo("new");
        assertThat(internal("POST", "/commit").body()).contains("COMMITTED");
        assertThat(get("/hello").body()).isEqualTo("new");
        assertThat(get("/hello", "X-Route-Generation", "candidate").statusCode())
                .isEqualTo(409);
        assertThat(internal("POST", "/discard").statusCode()).isEqualTo(409);
    }

    @Test
    void aRestartWithBrokenRoutesServesThoseThatServedLast() throws Exception {
        start();
        write("hello", "good");
        awaitAnswer("/hello", "good");
        // The status waits for the end of the change, which keeps the routes for the next start.
        assertThat(internal("GET", "").body()).contains("\"degraded\":false");
        service.close();
        Files.writeString(folder.resolve(HelloRoute.FILE), "- route: [");
        start();
        assertThat(get("/hello").body()).isEqualTo("good");
        assertThat(internal("GET", "").body()).contains("\"degraded\":true", "RESTORED");
        write("hello", "mended");
        awaitAnswer("/hello", "mended");
    }

    @Test
    void aSymlinkSwapIsSeen() throws Exception {
        Path one = Files.createDirectory(folder.resolve("..one"));
        Path two = Files.createDirectory(folder.resolve("..two"));
        Path routes = Files.createDirectory(folder.resolve("mounted"));
        for (Path target : new Path[] {one, two}) {
            HelloRoute.copyRoutes(target);
        }
        Files.writeString(one.resolve(HelloRoute.FILE), HelloRoute.of("hello", "one"));
        Files.writeString(two.resolve(HelloRoute.FILE), HelloRoute.of("hello", "two"));
        Path link = Files.createSymbolicLink(routes.resolve("..data"), one);
        try (Stream<Path> files = Files.list(one)) {
            files.forEach(file -> link(
                    routes.resolve(file.getFileName()),
                    Path.of("..data", file.getFileName().toString())));
        }
        startIn(routes);
        awaitAnswer("/hello", "one");
        Path next = Files.createSymbolicLink(routes.resolve("..data_tmp"), two);
        Files.move(
                next,
                link,
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        awaitAnswer("/hello", "two");
    }

    @Test
    void aRouteThatCallsItselfEndsWithAnErrorAndNothingElse() throws Exception {
        start();
        String goRound = """
                        - to:
                            id: go-round-%s
                            description: Again
                            uri: direct
                            parameters:
                              name: circle
                """;
        String hello = HelloRoute.of("hello", "x")
                .replace("        - setBody:", goRound.formatted("first") + "        - setBody:");
        Files.writeString(folder.resolve(HelloRoute.FILE), hello + """
                - route:
                    id: circle
                    description: Runs in circles.
                    from:
                      id: from-circle
                      uri: direct
                      parameters:
                        name: circle
                      steps:
                """ + goRound.formatted("again"));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(get("/hello").statusCode()).isEqualTo(500));
        assertThat(get("/v1/models").statusCode()).isEqualTo(200);
    }

    private void start(String... options) throws IOException {
        if (!Files.exists(folder.resolve("chat.camel.yaml"))) {
            HelloRoute.copyRoutes(folder);
        }
        startIn(folder, options);
    }

    private void startIn(Path routes, String... options) {
        service = RunningService.start(Stream.concat(
                        Stream.concat(
                                SharedPostgres.options().stream(),
                                Stream.of("--routes-dir=" + routes, "--internal-api-key=" + KEY, "--data-dir=" + data)),
                        Stream.of(options))
                .toArray(String[]::new));
    }

    private static void link(Path link, Path target) {
        try {
            Files.createSymbolicLink(link, target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String path, String text) throws IOException {
        Files.writeString(folder.resolve(HelloRoute.FILE), HelloRoute.of(path, text));
    }

    private void awaitAnswer(String path, String text) {
        await().atMost(SOON).untilAsserted(() -> assertThat(get(path).body()).isEqualTo(text));
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        return send("GET", path, headers);
    }

    private HttpResponse<String> internal(String method, String path) throws Exception {
        return send(method, "/internal/routes" + path, "Authorization", "Bearer " + KEY);
    }

    private HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
