package io.inference.routes.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.RunningService;
import io.inference.imageserver.FakeComfyUi;
import io.inference.imageserver.FakeSdServer;
import io.inference.routes.generation.RouteGenerations;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole service with a {@code backends.yaml} that changes, and two OpenAI-compatible servers. */
class BackendsFileIT {
    private static final String KEY = "k".repeat(32);
    private static final Duration SOON = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicBoolean firstIsDead = new AtomicBoolean();
    private StubServer first;
    private StubServer second;
    private FakeSdServer pictures;
    private FakeComfyUi comfyui;
    private Path file;
    private Path folder;
    private RunningService service;

    @BeforeEach
    void start(@TempDir Path temporary) throws IOException {
        first = server("first", firstIsDead);
        second = server("second", new AtomicBoolean());
        folder = temporary;
        file = temporary.resolve("backends.yaml");
        write("backends: []\n");
        pictures = new FakeSdServer();
        comfyui = new FakeComfyUi();
        service = RunningService.start(
                "--backends-file=" + file,
                "--config-dir=" + temporary,
                "--image-backend=sdcpp",
                "--inference-services-sd-base-url=" + pictures.url(),
                "--internal-api-key=" + KEY);
    }

    @AfterEach
    void stop() {
        service.close();
        first.close();
        second.close();
        pictures.close();
        comfyui.close();
    }

    private static StubServer server(String name, AtomicBoolean dead) {
        return new StubServer((request, connection) -> {
            if (dead.get()) {
                connection.close();
            } else if (request.path().endsWith("/models")) {
                connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
            } else {
                connection.whole(
                        200,
                        "application/json",
                        "{\"model\":\"mock\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                                + "\"from " + name + "\"},\"finish_reason\":\"stop\"}]}");
            }
        });
    }

    private String entry(String name, StubServer server, String... fields) {
        return "  - name: " + name + "\n    kind: openai\n    urls: [" + server.url() + "/v1]\n"
                + String.join(
                        "",
                        List.of(fields).stream()
                                .map(field -> "    " + field + "\n")
                                .toList());
    }

    /** As editors and Kubernetes do: the file is replaced as a whole. */
    private void write(String text) throws IOException {
        Path beside = folder.resolve("beside.tmp");
        Files.writeString(beside, text);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void change(String text) throws IOException {
        int before = service.bean(RouteGenerations.class).current().number();
        write(text);
        await().atMost(SOON)
                .until(() -> service.bean(RouteGenerations.class).current().number() > before);
        // The change waits two seconds at most for their lists of models.
        await().atMost(SOON)
                .until(() -> service.bean(RouteGenerations.class).current().backends().states().stream()
                        .filter(state -> state.kind().equals("openai"))
                        .noneMatch(state -> state.models().isEmpty()));
    }

    private HttpResponse<String> chat(String model) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/chat/completions"))
                        .timeout(SOON)
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String get(String path) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                                .header("X-API-Key", KEY)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void aBackendIsAddedByFiveLinesAndHasAnAlias() throws Exception {
        assertThat(chat("mock").statusCode()).isEqualTo(404);

        change("backends:\n" + entry("one", first, "aliases: {\"gpt-4o\": mock}"));

        assertThat(chat("mock").body()).contains("from first");
        assertThat(chat("gpt-4o").body()).contains("from first", "\"model\":\"gpt-4o\"");
        assertThat(first.requests().getLast().body()).contains("\"model\":\"mock\"");
        assertThat(get("/v1/models")).contains("\"gpt-4o\"", "\"mock\"");
        assertThat(get("/internal/routes")).contains("\"name\":\"one\"", "\"route\":\"backend-one\"");
    }

    @Test
    void backendsForPicturesComeFromVariablesAndFromWorkflowsThatAreReadAgain() throws Exception {
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(get("/internal/status")).contains("\"images\"", "\"sdcpp\"", "\"noise\""));
        String entry = "backends:\n  - name: art\n    kind: comfyui\n    urls: [" + comfyui.url()
                + "]\n    workflow: art.workflow.json\n";
        write(entry);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(get("/internal/routes"))
                        .contains("there is no file 'art.workflow.json' in CONFIG_DIR"));

        int before = service.bean(RouteGenerations.class).current().number();
        Files.writeString(folder.resolve("art.workflow.json"), workflow("mine.ckpt"));
        await().atMost(SOON)
                .until(() -> service.bean(RouteGenerations.class).current().number() > before);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(get("/internal/status")).contains("\"art\"", "mine.ckpt"));

        Files.writeString(folder.resolve("art.workflow.json"), workflow("other.ckpt"));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(get("/internal/status")).contains("other.ckpt"));
    }

    private static String workflow(String checkpoint) {
        return "{\"1\": {\"class_type\": \"CheckpointLoaderSimple\", \"inputs\": {\"ckpt_name\": \"" + checkpoint
                + "\", \"text\": \"{{prompt}}\"}}}";
    }

    @Test
    void theOrderOfFallbackIsEditedInTheFile() throws Exception {
        change("backends:\n" + entry("one", first) + entry("two", second));
        assertThat(chat("mock").body()).contains("from first");

        change("backends:\n" + entry("one", first) + entry("two", second, "priority: 50"));
        assertThat(chat("mock").body()).contains("from second");

        change("backends:\n" + entry("one", first, "priority: 10") + entry("two", second, "priority: 50"));
        firstIsDead.set(true);
        assertThat(chat("mock").body()).contains("from second");
    }

    @Test
    void aFileWithFaultsChangesNothingAndEveryFaultIsReported() throws Exception {
        change("backends:\n" + entry("one", first));
        int serving = service.bean(RouteGenerations.class).current().number();

        write("backends:\n" + entry("One", first, "prio: 1", "apiKey: sk-secret", "timeouts: {idle: soon}")
                + "  - name: two\n    kind: vllm\n");

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(get("/internal/routes"))
                        .contains(
                                "'name': 'One' is not a name",
                                "there is no field 'prio' here",
                                "'apiKey' is not a mapping",
                                "'idle': 'soon' is not a time above zero",
                                "'kind': 'vllm' is not one of openai, ollama, local")
                        .doesNotContain("No such"));
        assertThat(service.bean(RouteGenerations.class).current().number()).isEqualTo(serving);
        assertThat(chat("mock").body()).contains("from first");
    }

    @Test
    void noCallFailsWhileBackendsAreAddedRenamedAndRemoved() throws Exception {
        change("backends:\n" + entry("one", first));
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger answered = new AtomicInteger();
        List<String> failed = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            callers.add(Thread.ofVirtual().start(() -> {
                while (!over.get()) {
                    try {
                        HttpResponse<String> answer = chat("mock");
                        if (answer.statusCode() == 200) {
                            answered.incrementAndGet();
                        } else {
                            failed.add(answer.body());
                        }
                    } catch (Exception e) {
                        failed.add(e.toString());
                    }
                }
            }));
        }
        for (int round = 0; round < 3; round++) {
            change("backends:\n" + entry("one", first) + entry("two", second));
            change("backends:\n" + entry("uno", first) + entry("two", second));
            change("backends:\n" + entry("two", second, "priority: 7"));
            change("backends:\n" + entry("one", first));
        }
        int atTheEnd = answered.get();
        await().atMost(SOON).until(() -> answered.get() > atTheEnd);
        over.set(true);
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(failed).isEmpty();
        assertThat(answered.get()).isGreaterThan(100);
    }
}
