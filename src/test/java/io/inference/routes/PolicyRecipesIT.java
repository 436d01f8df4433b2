package io.inference.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.RunningService;
import io.inference.models.ModelDirectory;
import io.inference.security.TestIssuer;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The recipes of routes/README.md and of src/docs/backends.md on which backend is asked, how often and for how long,
 * word for word, with two OpenAI-compatible servers: what counts is what they have seen.
 */
class PolicyRecipesIT {
    /** The recipes that are tested here. */
    static final List<String> RECIPES = List.of(
            "Hedge slow requests",
            "Retry a busy backend",
            "Limit the time of a route",
            "Keep a conversation on one replica",
            "Send a group to its own backend",
            "Let every answer continue elsewhere");

    private static final String KEY = "k".repeat(32);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient client = HttpClient.newHttpClient();
    private static final Set<String> followed = new HashSet<>();

    @TempDir
    static Path routes;

    @TempDir
    static Path config;

    private static Cookbook cookbook;
    private static TestIssuer issuer;
    private static StubServer one;
    private static StubServer two;
    private static volatile StubServer.Handler chatOfOne;
    private static volatile StubServer.Handler chatOfTwo;
    private static RunningService service;

    @BeforeAll
    static void start() throws IOException {
        cookbook = new Cookbook();
        Cookbook.restore(routes);
        issuer = new TestIssuer();
        one = server(() -> chatOfOne);
        two = server(() -> chatOfTwo);
        Files.writeString(config.resolve("backends.yaml"), "backends: []\n");
        service = RunningService.start(
                "--routes-dir=" + routes,
                "--backends-file=" + config.resolve("backends.yaml"),
                "--internal-api-key=" + KEY,
                "--auth-user-groups=*",
                "--auth-issuer=" + issuer.url(),
                "--auth-audience=" + TestIssuer.AUDIENCE);
    }

    private static StubServer server(Callable<StubServer.Handler> chat) {
        return new StubServer((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
            } else {
                chat.call().handle(request, connection);
            }
        });
    }

    @AfterAll
    static void stop() {
        service.close();
        one.close();
        two.close();
        issuer.close();
        assertThat(followed).as("every recipe has a test").containsAll(RECIPES);
    }

    @BeforeEach
    void restore() throws Exception {
        Cookbook.restore(routes);
        chatOfOne = (request, connection) -> answer(request, connection, "from one");
        chatOfTwo = (request, connection) -> answer(request, connection, "from two");
        one.requests().clear();
        two.requests().clear();
    }

    @Test
    void aSlowBackendIsHedged() throws Exception {
        backends(entry("one", one), entry("two", two));
        // Longer than in the recipe: a busy machine must not make a backend slow that is not.
        cookbook.follow("Hedge slow requests", routes, "\"800\"", "\"2000\"");
        followed.add("Hedge slow requests");
        reload();
        CountDownLatch gone = new CountDownLatch(1);
        chatOfOne = (request, connection) -> {
            connection.awaitDisconnect();
            gone.countDown();
        };
        for (String stream : List.of("\"stream\":false", "\"stream\":true")) {
            HttpResponse<String> answer = chat(issuer.token(), "hi", stream);
            assertThat(answer.body()).contains("from two");
            // One is at hand from the start, then each twentieth request adds one.
            chatOfOne = (request, connection) -> answer(request, connection, "from one");
            for (int i = 0; i < 20; i++) {
                assertThat(chat(issuer.token(), "hi").body()).contains("from one");
            }
            chatOfOne = (request, connection) -> {
                connection.awaitDisconnect();
                gone.countDown();
            };
        }
        gone.await();
        assertThat(asked(two)).as("nobody else was asked twice").hasSize(2);
    }

    @Test
    void aBusyBackendIsAskedAgainWhenItSaid() throws Exception {
        backends(entry("one", one));
        AtomicInteger refusals = new AtomicInteger(2);
        chatOfOne = (request, connection) -> {
            if (refusals.getAndDecrement() > 0) {
                connection.whole(429, "application/json", "{}", "Retry-After: 1");
            } else {
                answer(request, connection, "from one");
            }
        };
        assertThat(chat(issuer.token(), "hi").statusCode())
                .as("without the recipe")
                .isEqualTo(503);
        follow("Retry a busy backend");
        refusals.set(3);
        long start = System.nanoTime();
        assertThat(chat(issuer.token(), "hi").body()).contains("from one");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
        refusals.set(4);
        assertThat(chat(issuer.token(), "hi").statusCode()).as("three times").isEqualTo(503);
    }

    @Test
    void aModelThatIsLoadedIsWaitedForWithoutARecipe() throws Exception {
        backends(entry("one", one));
        AtomicInteger refusals = new AtomicInteger(2);
        chatOfOne = (request, connection) -> {
            if (refusals.getAndDecrement() > 0) {
                connection.whole(503, "application/json", """
                        {"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}""");
            } else {
                answer(request, connection, "from one");
            }
        };
        assertThat(chat(issuer.token(), "hi").body()).contains("from one");
        assertThat(asked(one)).hasSize(3);
    }

    @Test
    void aChatThatTakesTooLongEnds() throws Exception {
        backends(entry("one", one));
        cookbook.follow("Limit the time of a route", routes, "\"20\"", "\"1\"");
        followed.add("Limit the time of a route");
        reload();
        CountDownLatch stopped = new CountDownLatch(1);
        chatOfOne = (request, connection) -> {
            connection.awaitDisconnect();
            stopped.countDown();
        };
        // On a busy machine, the second may be over before the backend is asked.
        await().atMost(SOON).until(() -> {
            assertThat(chat(issuer.token(), "hi").statusCode()).isEqualTo(504);
            return !asked(one).isEmpty();
        });
        stopped.await();
    }

    @Test
    void aConversationStaysOnItsReplica() throws Exception {
        backends(entry("pair", one, two));
        follow("Keep a conversation on one replica");
        int first = 0;
        for (int conversation = 0; conversation < 20; conversation++) {
            one.requests().clear();
            two.requests().clear();
            for (int turn = 0; turn < 4; turn++) {
                chat(
                        issuer.token(),
                        "conversation " + conversation
                                + "\"},{\"role\":\"user\",\"content\":\"more".repeat(turn)
                                + "\"},{\"role\":\"user\",\"content\":\"turn");
            }
            assertThat(List.of(asked(one).size(), asked(two).size()))
                    .as("conversation " + conversation)
                    .containsExactlyInAnyOrder(0, 4);
            first += asked(one).isEmpty() ? 0 : 1;
        }
        assertThat(first).as("both have some of them").isBetween(3, 17);
    }

    @Test
    void aGroupHasItsOwnBackend() throws Exception {
        backends(entry("one", one), entry("research", two));
        follow("Send a group to its own backend");
        String researcher = issuer.token(claims -> claims.claim("groups", List.of("staff", "research")));
        for (int i = 0; i < 3; i++) {
            assertThat(chat(researcher, "hi").body()).contains("from two");
            assertThat(chat(issuer.token(), "hi").body()).contains("from one");
        }
        chatOfTwo = (request, connection) -> connection.whole(500, "application/json", "{}");
        assertThat(chat(researcher, "hi").statusCode()).as("and no other").isEqualTo(502);
    }

    @Test
    void aCanaryHasItsShare() throws Exception {
        String text = Files.readString(Path.of("src/docs/backends.md"));
        String yaml = text.substring(text.indexOf("### A canary"));
        yaml = yaml.substring(yaml.indexOf("```yaml\n") + 8);
        yaml = yaml.substring(0, yaml.indexOf("```"));
        write(yaml.replace("http://vllm.internal:8000", one.url().toString())
                .replace("http://vllm-canary.internal:8000", two.url().toString()));
        reload();
        awaitListed("stable");
        awaitListed("canary");
        for (int i = 0; i < 400; i++) {
            chat(issuer.token(), "hi");
        }
        // 20 expected; less than one run in a million is outside of this range.
        assertThat(asked(two).size()).isBetween(2, 50);
        assertThat(asked(one)).hasSize(400 - asked(two).size());
    }

    @Test
    void everyAnswerContinuesAndNoneFailsWhileAReplicaDies() throws Exception {
        backends(entry("pair", one, two));
        chatOfOne = (request, connection) -> {
            connection.begin(200, "text/event-stream");
            connection.chunk(delta("Once "));
            connection.chunk(delta("upon "));
            connection.close();
        };
        chatOfTwo = (request, connection) -> {
            JsonNode messages = JSON.readTree(request.body()).path("messages");
            JsonNode last = messages.path(messages.size() - 1);
            boolean resumed = last.path("role").asText().equals("assistant");
            assertThat(last.path("content").asText()).isEqualTo(resumed ? "Once upon " : "tell");
            answer(request, connection, resumed ? "a time" : "Once upon a time");
        };
        assertThat(bodies(50, ""))
                .as("without the header a broken stream ends with an error")
                .anyMatch(body -> body.contains("event: error") || body.contains("\"error\""));
        assertThat(bodies(50, "true")).allSatisfy(PolicyRecipesIT::isWhole);

        follow("Let every answer continue elsewhere");
        assertThat(bodies(50, "")).allSatisfy(PolicyRecipesIT::isWhole);
    }

    private static void isWhole(String stream) {
        StringBuilder text = new StringBuilder();
        for (String line : stream.split("\n")) {
            if (line.startsWith("data: {")) {
                try {
                    text.append(JSON.readTree(line.substring(6))
                            .at("/choices/0/delta/content")
                            .asText(""));
                } catch (IOException e) {
                    throw new AssertionError(line, e);
                }
            }
        }
        assertThat(text.toString()).isEqualTo("Once upon a time");
        assertThat(stream).contains("[DONE]");
    }

    /** The streams of as many callers at the same time. */
    private static List<String> bodies(int callers, String resume) throws Exception {
        String token = issuer.token();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                answers.add(threads.submit(() -> {
                    HttpRequest.Builder request = request(token, "tell", "\"stream\":true");
                    if (!resume.isEmpty()) {
                        request.header("X-Inference-Resume", resume);
                    }
                    HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
                    assertThat(answer.statusCode()).isEqualTo(200);
                    return answer.body();
                }));
            }
            List<String> bodies = new ArrayList<>();
            for (Future<String> answer : answers) {
                bodies.add(answer.get());
            }
            return bodies;
        }
    }

    private static String entry(String name, StubServer... servers) {
        StringBuilder urls = new StringBuilder();
        for (StubServer server : servers) {
            urls.append(urls.isEmpty() ? "" : ", ").append(server.url()).append("/v1");
        }
        return "  - name: " + name + "\n    kind: openai\n    urls: [" + urls + "]\n";
    }

    private static void backends(String... entries) throws Exception {
        write("backends:\n" + String.join("", entries));
        reload();
        for (String entry : entries) {
            awaitListed(entry.lines().findFirst().orElseThrow().substring("  - name: ".length()));
        }
    }

    private static void write(String text) throws IOException {
        Files.writeString(config.resolve("backends.yaml"), text);
    }

    private static void awaitListed(String backend) {
        await().atMost(SOON)
                .until(() -> service.bean(ModelDirectory.class).backends().stream()
                        .anyMatch(state ->
                                state.name().equals(backend) && !state.models().isEmpty()));
    }

    private static void follow(String title) throws Exception {
        cookbook.follow(title, routes);
        followed.add(title);
        reload();
    }

    private static void reload() throws Exception {
        HttpResponse<String> reloaded = client.send(
                HttpRequest.newBuilder(URI.create(service.baseUrl() + "/internal/routes/reload"))
                        .header("Authorization", "Bearer " + KEY)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(reloaded.statusCode()).as(reloaded.body()).isEqualTo(200);
    }

    private static HttpResponse<String> chat(String token, String text, String... options) throws Exception {
        String stream = options.length == 0 ? "\"stream\":false" : options[0];
        return client.send(request(token, text, stream).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String token, String text, String stream) {
        return HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/chat/completions"))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"mock\",\"messages\":[{\"role\":\"user\","
                        + "\"content\":\"" + text + "\"}]," + stream + "}"));
    }

    private static List<StubServer.Request> asked(StubServer server) {
        return server.requests().stream()
                .filter(request -> request.path().endsWith("/chat/completions"))
                .toList();
    }

    private static String delta(String text) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}\n\n";
    }

    private static void answer(StubServer.Request request, StubServer.Connection connection, String text)
            throws IOException {
        if (request.body().contains("\"stream\":true")) {
            connection.whole(
                    200,
                    "text/event-stream",
                    delta(text) + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                            + "data: [DONE]\n\n");
        } else {
            connection.whole(200, "application/json", """
                    {"choices":[{"index":0,"message":{"content":"%s"},"finish_reason":"stop"}]}""".formatted(text));
        }
    }
}
