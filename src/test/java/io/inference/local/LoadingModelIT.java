package io.inference.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.engine.TestModel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service while its local model is being loaded: another process or thread holds the model's lock for as long as a
 * test needs.
 */
@Tag("model")
class LoadingModelIT {
    private static final String CHAT =
            "{\"model\":\"smollm2:135m\",\"max_tokens\":4,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    @Test
    void theServiceListensAndRequestsWaitForTheModel() throws Exception {
        Path model = TestModel.path();
        try (FileChannel channel = lockFile(model)) {
            FileLock lock = channel.lock();
            try (RunningService service = RunningService.startLoading(
                    "--local-engine=auto", "--model-dir=" + folder, "--internal-api-key=" + "k".repeat(32))) {
                assertThat(json(service.baseUrl() + "/v1/models")
                                .at("/data/0/status")
                                .asText())
                        .isEqualTo("loading");
                HttpResponse<String> readiness = get(service.managementUrl() + "/actuator/health/readiness");
                assertThat(readiness.statusCode()).isEqualTo(503);
                assertThat(readiness.body()).contains("\"state\":\"loading\"");
                assertThat(get(service.managementUrl() + "/actuator/health/liveness")
                                .statusCode())
                        .isEqualTo(200);
                assertThat(json(service.baseUrl() + "/api/ps").path("models")).isEmpty();
                assertThat(post(service, "/api/show", "{\"model\":\"smollm2:135m\"}")
                                .join()
                                .statusCode())
                        .isEqualTo(503);

                CompletableFuture<HttpResponse<String>> waiting = post(service, "/v1/chat/completions", CHAT);
                await().until(() -> active(service) == 1);
                try (RawClient leaving = new RawClient(service.port())) {
                    leaving.post("/v1/chat/completions", CHAT);
                    await().until(() -> active(service) == 2);
                }
                await().until(() -> active(service) == 1);
                assertThat(waiting).isNotDone();

                Files.copy(model, folder.resolve(model.getFileName()));
                lock.release();
                assertThat(waiting.join().statusCode()).isEqualTo(200);
                assertThat(get(service.managementUrl() + "/actuator/health/readiness")
                                .statusCode())
                        .isEqualTo(200);
                await().until(() -> json(service.baseUrl() + "/v1/models")
                        .at("/data/0/status")
                        .isMissingNode());
            }
        }
    }

    @Test
    void aRequestDoesNotWaitLongerThanItMay() throws Exception {
        try (FileChannel channel = lockFile(TestModel.path());
                FileLock ignored = channel.lock();
                RunningService service = RunningService.startLoading(
                        "--local-engine=auto", "--model-dir=" + folder, "--first-token-timeout=1s")) {
            // More calls than open a circuit breaker: waiting does not count as a failure of the backend.
            for (var answer : Stream.generate(() -> post(service, "/v1/chat/completions", CHAT))
                    .limit(15)
                    .toList()) {
                assertThat(answer.join().statusCode()).isEqualTo(504);
                assertThat(answer.join().body()).contains("\"code\":\"timeout\"", "still loading");
            }
            assertThat(post(service, "/v1/chat/completions", CHAT).join().body())
                    .contains("still loading");
        }
    }

    @Test
    void aModelThatCannotRunLeavesTheRestToServe() throws Exception {
        try (RunningService other = RunningService.start("--local-engine=auto");
                RunningService service = RunningService.startLoading(
                        "--local-engine=auto",
                        "--local-model=src/test/resources/models/nan-weights.gguf",
                        "--inference-services-ollama-base-url=" + other.baseUrl())) {
            await().until(() -> get(service.managementUrl() + "/actuator/health/readiness")
                    .body()
                    .contains("weights are all finite numbers"));
            assertThat(get(service.managementUrl() + "/actuator/health/readiness")
                            .statusCode())
                    .isEqualTo(200);
            // The start did not wait for the list of the other one.
            await().until(() -> get(service.baseUrl() + "/v1/models").body().contains("smollm2:135m"));
            assertThat(post(service, "/v1/chat/completions", CHAT).join().statusCode())
                    .isEqualTo(200);
            String ours = CHAT.replace("smollm2:135m", "nan-weights");
            await().until(() ->
                    post(service, "/v1/chat/completions", ours).join().statusCode() == 404);
        }
    }

    private FileChannel lockFile(Path model) throws Exception {
        return FileChannel.open(
                folder.resolve("." + model.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
    }

    private int active(RunningService service) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + "/internal/status"))
                .header("Authorization", "Bearer " + "k".repeat(32))
                .build();
        JsonNode status = new ObjectMapper()
                .readTree(client.send(request, HttpResponse.BodyHandlers.ofString())
                        .body());
        return status.path("active").asInt();
    }

    private JsonNode json(String address) throws Exception {
        return new ObjectMapper().readTree(get(address).body());
    }

    private HttpResponse<String> get(String address) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private CompletableFuture<HttpResponse<String>> post(RunningService service, String path, String body) {
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
