package io.inference.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.RunningService;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recipes of routes/README.md, word for word as an operator would copy them. */
class RecipesIT {
    private static final Path ROUTES = Path.of("routes");
    private static final Pattern RECIPE = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL);
    private static final String BEFORE = "        - process:\n            id: chat-find-backend\n";

    @Test
    void recipesDoWhatTheySay(@TempDir Path folder) throws Exception {
        List<String> recipes = recipes();
        copyRoutes(folder);
        Path chat = folder.resolve("chat.camel.yaml");
        String step = recipes.getFirst().indent(8);
        Files.writeString(chat, Files.readString(chat).replace(BEFORE, step + BEFORE));
        Files.writeString(folder.resolve("rest-hello.camel.yaml"), recipes.getLast());
        String answer =
                "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"from vLLM\"},\"finish_reason\":\"stop\"}]}";

        try (StubServer vllm = new StubServer((request, connection) -> connection.whole(
                        200,
                        "application/json",
                        request.path().endsWith("/models") ? "{\"object\":\"list\",\"data\":[]}" : answer));
                RunningService service = RunningService.start(
                        "--routes-dir=" + folder, "--inference-services-openai-base-url=" + vllm.url() + "/v1")) {
            assertThat(send(service, "GET", "/hello", "")).isEqualTo("hello");
            assertThat(send(service, "GET", "/openapi.json", "")).contains("/hello", "Says hello.");
            // No backend lists it: only the recipe can have sent it on.
            assertThat(send(
                            service,
                            "POST",
                            "/v1/chat/completions",
                            "{\"model\":\"big-model\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                    .contains("from vLLM");
        }
    }

    private static List<String> recipes() throws IOException {
        List<String> recipes = RECIPE.matcher(Files.readString(ROUTES.resolve("README.md")))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(recipes).as("a recipe that is added wants a test here").hasSize(2);
        return recipes;
    }

    private static void copyRoutes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(ROUTES)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    private static String send(RunningService service, String method, String path, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
