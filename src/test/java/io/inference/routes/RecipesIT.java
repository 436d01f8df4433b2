package io.inference.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.LogLines;
import io.inference.RunningService;
import io.inference.database.Database;
import io.inference.embedded.SharedPostgres;
import io.inference.routes.generation.RouteGeneration;
import io.inference.routes.generation.RouteGenerations;
import io.inference.routes.status.RouteView;
import io.inference.security.TestIssuer;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Each recipe of routes/README.md, word for word, applied while one service runs: callers with tokens of an issuer,
 * Ollama and an OpenAI-compatible server as backends.
 */
class RecipesIT {
    private static final String KEY = "k".repeat(32);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient client = HttpClient.newHttpClient();
    private static final Set<String> followed = new HashSet<>();

    @TempDir
    static Path folder;

    private static Cookbook cookbook;
    private static TestIssuer issuer;
    private static StubServer ollama;
    private static StubServer openai;
    private static volatile StubServer.Handler openaiChat;
    private static volatile StubServer.Handler ollamaChat;
    private static RunningService service;

    private final LogLines calls = new LogLines();
    private final LogLines prompts = new LogLines();

    @BeforeAll
    static void start() throws IOException {
        cookbook = new Cookbook();
        Cookbook.restore(folder);
        issuer = new TestIssuer();
        ollama = new StubServer((request, connection) -> {
            if (request.path().endsWith("/tags")) {
                connection.whole(200, "application/json", """
                        {"models":[{"name":"mock","model":"mock"},{"name":"smollm2:135m","model":"smollm2:135m"}]}""");
            } else if (request.path().endsWith("/chat")) {
                ollamaChat.handle(request, connection);
            } else if (request.path().endsWith("/embed")) {
                connection.whole(200, "application/json", "{\"model\":\"mock\",\"embeddings\":[[0.5]]}");
            } else {
                connection.whole(200, "application/json", "{\"models\":[]}");
            }
        });
        openai = new StubServer((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[]}");
            } else {
                openaiChat.handle(request, connection);
            }
        });
        List<String> options = new ArrayList<>(List.of(
                "--routes-dir=" + folder,
                "--internal-api-key=" + KEY,
                "--auth-issuer=" + issuer.url(),
                "--auth-audience=" + TestIssuer.AUDIENCE,
                "--routes-allow=stub",
                "--log-prompts=true",
                "--extensions-dir=target/extensions",
                "--inference-services-ollama-base-url=" + ollama.url(),
                "--inference-services-openai-base-url=" + openai.url() + "/v1"));
        options.addAll(SharedPostgres.freshOptions("recipes"));
        service = RunningService.start(options.toArray(String[]::new));
    }

    @AfterAll
    static void stop() {
        service.close();
        ollama.close();
        openai.close();
        issuer.close();
        followed.addAll(PolicyRecipesIT.RECIPES);
        assertThat(followed).as("every recipe has a test").containsAll(cookbook.titles());
    }

    @BeforeEach
    void restore() throws Exception {
        Cookbook.restore(folder);
        reload();
        openaiChat = (request, connection) -> openaiAnswer(request, connection, "from openai");
        ollamaChat = (request, connection) -> ollamaAnswer(request, connection, "from ollama");
        ollama.requests().clear();
        openai.requests().clear();
        listen("io.inference.calls", calls);
        listen("io.inference.prompts", prompts);
    }

    private static void listen(String name, LogLines appender) {
        Logger logger = (Logger) LoggerFactory.getLogger(name);
        appender.setContext(logger.getLoggerContext());
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        ((Logger) LoggerFactory.getLogger("io.inference.calls")).detachAppender(calls);
        ((Logger) LoggerFactory.getLogger("io.inference.prompts")).detachAppender(prompts);
    }

    @Test
    void aTenantIsSentToItsBackend() throws Exception {
        follow("Send one tenant to another backend");
        String acme = issuer.token(claims -> claims.claim("tenant", "acme"));
        assertThat(chat(acme, "mock", "hi").body()).contains("from openai");
        assertThat(chat(acme, "mock", "hi", "\"stream\":true").body()).contains("from openai", "[DONE]");
        String other = issuer.token(claims -> claims.claim("tenant", "acme2"));
        assertThat(chat(other, "mock", "hi").body()).contains("from ollama");
        assertThat(chat(issuer.token(), "mock", "hi").body()).contains("from ollama");
    }

    @Test
    void modelsAreTriedInOrder() throws Exception {
        follow("Fall back in order");
        assertThat(chat(issuer.token(), "assistant", "hi").body()).contains("from openai");
        assertThat(asked(openai))
                .singleElement()
                .satisfies(request -> assertThat(request.path("model").asText()).isEqualTo("big-model"));
        assertThat(asked(ollama)).isEmpty();

        openaiChat = (request, connection) -> connection.whole(503, "application/json", "{}");
        assertThat(chat(issuer.token(), "assistant", "hi").body()).contains("from ollama");
        assertThat(chat(issuer.token(), "assistant", "hi", "\"stream\":true").body())
                .contains("from ollama", "[DONE]");
        assertThat(asked(ollama))
                .allSatisfy(
                        request -> assertThat(request.path("model").asText()).isEqualTo("small-model"));

        ollamaChat = (request, connection) -> connection.whole(500, "application/json", "{}");
        assertThat(chat(issuer.token(), "assistant", "hi").statusCode()).isEqualTo(502);
        assertThat(chat(issuer.token(), "mock", "hi").statusCode())
                .as("other models go as ever")
                .isEqualTo(502);
    }

    @Test
    void aShadowIsNeitherSeenNorWaitedForAndHasALogLine() throws Exception {
        follow("Shadow traffic");
        CountDownLatch callerHasItsAnswer = new CountDownLatch(1);
        openaiChat = (request, connection) -> {
            callerHasItsAnswer.await();
            openaiAnswer(request, connection, "from the shadow");
        };
        HttpResponse<String> answer = chat(issuer.token(), "mock", "hi there", "\"stream\":true");
        assertThat(answer.body()).contains("from ollama", "[DONE]").doesNotContain("shadow");
        callerHasItsAnswer.countDown();
        String id = answer.headers().firstValue("X-Request-Id").orElseThrow();
        awaitLine(id + "-shadow route caller=alice chat model=model-on-trial backend=openai tokens=7+2", " ok");
        awaitLine(id + " rest caller=alice chat model=mock backend=ollama", " ok");
        assertThat(asked(openai)).singleElement().satisfies(request -> {
            assertThat(request.path("model").asText()).isEqualTo("model-on-trial");
            assertThat(request.toString()).contains("hi there");
        });

        openaiChat = (request, connection) -> connection.close();
        HttpResponse<String> beside = chat(issuer.token(), "mock", "hi");
        assertThat(beside.statusCode()).isEqualTo(200);
        awaitLine(beside.headers().firstValue("X-Request-Id").orElseThrow() + "-shadow route", " backend_failed");
    }

    @Test
    void aHeaderIsAdded() throws Exception {
        follow("Add a header");
        for (String stream : List.of("\"stream\":false", "\"stream\":true")) {
            HttpResponse<String> answer = chat(issuer.token(), "mock", "hi", stream);
            assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
            assertThat(answer.body()).contains("from ollama");
        }
    }

    @Test
    void noModelSeesAnAddress() throws Exception {
        follow("Redact e-mail addresses");
        String text = "write to jane.doe+x@mail.example.org, or me@here.example; not @home or 5@ 7";
        String redacted = "write to [e-mail], or [e-mail]; not @home or 5@ 7";
        assertThat(chat(issuer.token(), "mock", text).statusCode()).isEqualTo(200);
        assertThat(asked(ollama))
                .singleElement()
                .satisfies(request -> assertThat(
                                request.path("messages").path(0).path("content").asText())
                        .isEqualTo(redacted));
        assertThat(send(issuer.token(), "/v1/embeddings", "{\"model\":\"mock\",\"input\":[\"" + text + "\"]}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(ollama.requests())
                .filteredOn(request -> request.path().endsWith("/embed"))
                .singleElement()
                .satisfies(request -> assertThat(request.body()).contains(redacted));
        assertThat(prompts.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .filteredOn(line -> line.contains(" prompt "))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains(redacted));
        assertThat(get(issuer.token(), "/v1/models").statusCode())
                .as("what has no text passes")
                .isEqualTo(200);
        // The worst case for it: quadratic time would take hours.
        assertThat(chat(issuer.token(), "mock", "a".repeat(2_000_000)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aPromptThatIsTooLongIsRefusedInTheRoutesWords() throws Exception {
        follow("Cap the prompt's length");
        HttpResponse<String> refused = chat(issuer.token(), "mock", "word ".repeat(8_000));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("context_length_exceeded", "a prompt may have 8000 tokens here");
        assertThat(chat(issuer.token(), "mock", "word ".repeat(8_000), "\"stream\":true")
                        .statusCode())
                .isEqualTo(400);
        assertThat(asked(ollama)).isEmpty();
        assertThat(chat(issuer.token(), "mock", "word ".repeat(6_000)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void anAnswerIsRecalledForItsCallerAlone() throws Exception {
        follow("Answer from a cache");
        String alice = issuer.token();
        HttpResponse<String> first = chat(alice, "mock", "again", "\"temperature\":0");
        HttpResponse<String> second = chat(alice, "mock", "again", "\"temperature\":0");
        assertThat(first.body()).contains("from ollama");
        assertThat(text(second)).isEqualTo(text(first));
        assertThat(asked(ollama)).hasSize(1);
        awaitLine("caller=alice chat model=mock backend=cache tokens=0+0", " ok");

        chat(alice, "mock", "another", "\"temperature\":0");
        chat(alice, "mock", "again", "\"temperature\":0,\"max_tokens\":5");
        chat(issuer.token(claims -> claims.subject("bob")), "mock", "again", "\"temperature\":0");
        chat(issuer.token(claims -> claims.claim("tenant", "acme")), "mock", "again", "\"temperature\":0");
        assertThat(asked(ollama)).as("another request, or another caller").hasSize(5);

        chat(alice, "mock", "again", "\"temperature\":0.5");
        chat(alice, "mock", "again", "\"temperature\":0.5");
        chat(alice, "mock", "again");
        assertThat(asked(ollama)).as("what has many answers").hasSize(8);

        for (int i = 0; i < 2; i++) {
            assertThat(chat(alice, "mock", "again", "\"temperature\":0,\"stream\":true")
                            .body())
                    .contains("from ollama", "[DONE]");
        }
        assertThat(asked(ollama)).as("streams pass").hasSize(10);
    }

    @Test
    void aFailureIsNotRecalled() throws Exception {
        follow("Answer from a cache");
        ollamaChat = (request, connection) -> connection.whole(500, "application/json", "{}");
        assertThat(chat(issuer.token(), "mock", "failing", "\"temperature\":0").statusCode())
                .isEqualTo(502);
        ollamaChat = (request, connection) -> ollamaAnswer(request, connection, "mended");
        assertThat(chat(issuer.token(), "mock", "failing", "\"temperature\":0").body())
                .contains("mended");
    }

    @Test
    void aLongDocumentIsSummarizedInParts() throws Exception {
        follow("Ask a model a text", "Summarize a long document");
        ollamaChat = (request, connection) -> {
            JsonNode messages = JSON.readTree(request.body()).path("messages");
            boolean part = messages.path(0).path("content").asText().contains("this part");
            String text = messages.path(1).path("content").asText();
            ollamaAnswer(request, connection, part ? "of " + text.split(" ")[0] : "all: " + text);
        };
        String document = IntStream.range(0, 25)
                .mapToObj(i -> "paragraph" + i + " says something")
                .collect(Collectors.joining("\n\n"));
        HttpResponse<String> answer = send(issuer.token(), "/digest", document);
        assertThat(answer.body()).isEqualTo("all: of paragraph0\n\nof paragraph10\n\nof paragraph20");
        String id = answer.headers().firstValue("X-Request-Id").orElseThrow();
        for (int part = 0; part < 3; part++) {
            awaitLine(id + "-" + part + " route caller=alice chat model=smollm2:135m backend=ollama tokens=7+2", " ok");
        }
        awaitLine(id + " rest caller=alice chat model=smollm2:135m backend=ollama tokens=7+2", " ok");
    }

    @Test
    void aDocumentOneOfWhosePartsFailsFails() throws Exception {
        follow("Ask a model a text", "Summarize a long document");
        ollamaChat = (request, connection) -> {
            if (request.body().contains("paragraph12")) {
                connection.whole(400, "application/json", "{\"error\":\"no\"}");
            } else {
                ollamaAnswer(request, connection, "fine");
            }
        };
        String document = IntStream.range(0, 25).mapToObj(i -> "paragraph" + i).collect(Collectors.joining("\n\n"));
        assertThat(send(issuer.token(), "/digest", document).statusCode()).isEqualTo(400);
        assertThat(asked(ollama)).noneMatch(request -> request.toString().contains("one summary"));
        assertThat(send("nobody", "/digest", document).statusCode()).isEqualTo(401);
        assertThat(send(issuer.token(), "/digest", " ").statusCode()).isEqualTo(400);
    }

    @Test
    void aWebhookIsToldOfAJobThatIsDone() throws Exception {
        try (StubServer hooks = new StubServer((request, connection) -> connection.whole(500, "text/plain", "no"))) {
            cookbook.follow(
                    "Call a webhook on completion",
                    folder,
                    "hooks.internal",
                    hooks.url().getAuthority());
            followed.add("Call a webhook on completion");
            reload();
            String failed = job("{\"model\":\"nobody-has-it\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
            await().atMost(SOON)
                    .until(() ->
                            get(issuer.token(), "/v1/jobs/" + failed).body().contains("\"failed\""));
            String done = job("{\"model\":\"mock\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
            await().atMost(SOON).until(() -> !hooks.requests().isEmpty());
            await().atMost(SOON)
                    .until(() -> get(issuer.token(), "/v1/jobs/" + done + "/result")
                            .body()
                            .contains("from ollama"));
            assertThat(hooks.requests()).singleElement().satisfies(request -> {
                assertThat(request.method()).isEqualTo("POST");
                assertThat(request.path()).isEqualTo("/inference");
                assertThat(request.headers()).containsEntry("content-type", "application/json");
                assertThat(request.headers().keySet()).noneMatch(name -> name.startsWith("inference"));
                assertThat(JSON.readTree(request.body()))
                        .isEqualTo(JSON.readTree("{\"id\":\"" + done + "\",\"task\":\"chat\"}"));
            });
        }
    }

    @Test
    void aFileIsAnEndpoint() throws Exception {
        follow("A new endpoint");
        assertThat(get(issuer.token(), "/hello").body()).isEqualTo("hello");
        assertThat(get("nobody", "/hello").statusCode()).isEqualTo(401);
        assertThat(get(issuer.token(), "/openapi.json").body()).contains("/hello", "Says hello.");
    }

    @Test
    void aNightIsSummarizedOnceAsTheRoutesOwnCaller() throws Exception {
        Database database = service.bean(Database.class);
        String tables = cookbook.sql("Summarize every night");
        database.call(jdbc -> jdbc.sql(tables).update());
        database.call(jdbc -> jdbc.sql("insert into notes (day, text) values (current_date - 1, 'the pump leaks')"
                        + ", (current_date - 1, 'the door squeaks'), (current_date, 'not yet')")
                .update());
        cookbook.follow("Ask a model a text", folder);
        // Every second counts as a night.
        cookbook.follow("Summarize every night", folder, "0 0 3 * * ?", "* * * * * ?");
        followed.add("Summarize every night");
        reload();
        await().atMost(SOON)
                .until(() -> database.call(jdbc -> jdbc.sql("select text from digests where day = current_date - 1")
                                .query(String.class)
                                .optional())
                        .orElse("")
                        .equals("from ollama"));
        awaitLine("route caller=route:nightly chat model=smollm2:135m backend=ollama tokens=7+2", " ok");
        CamelContext context = service.bean(RouteGenerations.class).current().context();
        await().atMost(SOON).until(() -> awaitedNights() >= 3);
        assertThat(context.getRoute("nightly")).isNotNull();
        assertThat(asked(ollama)).singleElement().satisfies(request -> {
            assertThat(request.path("messages").path(0).path("content").asText())
                    .isEqualTo("Summarize these notes.");
            assertThat(request.path("messages").path(1).path("content").asText())
                    .isEqualTo("the pump leaks the door squeaks");
        });
    }

    private static long awaitedNights() {
        RouteGeneration serving = service.bean(RouteGenerations.class).current();
        return RouteView.of(serving.context(), serving.meters()).stream()
                .filter(route -> route.id().equals("nightly"))
                .mapToLong(RouteView::exchanges)
                .sum();
    }

    /** With a component that is not on the class path, like Kafka's: {@code stub}, which replaces such servers. */
    @Test
    void aComponentOfAnAddedJarIsAnEndpoint() throws Exception {
        cookbook.follow("Ask a model a text", folder);
        cookbook.follow("An endpoint at Kafka", folder, "uri: kafka", "uri: stub", "topic:", "name:");
        followed.add("An endpoint at Kafka");
        reload();
        CamelContext context = service.bean(RouteGenerations.class).current().context();
        assertThat(context.getEndpoint("stub:answers").getClass().getClassLoader())
                .isNotEqualTo(getClass().getClassLoader());
        try (ProducerTemplate topic = context.createProducerTemplate();
                var answers = context.createConsumerTemplate()) {
            topic.sendBody("stub:questions", "why?");
            assertThat(answers.receiveBody("stub:answers", SOON.toMillis(), String.class))
                    .isEqualTo("from ollama");
        }
        awaitLine("route caller=route:kafka-questions chat model=smollm2:135m backend=ollama tokens=7+2", " ok");
        assertThat(cookbook.text())
                .as("the version that the commands of the recipe fetch")
                .contains("camel-kafka:" + context.getVersion() + " ");
    }

    private static void follow(String... titles) throws Exception {
        for (String title : titles) {
            cookbook.follow(title, folder);
            followed.add(title);
        }
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

    private static HttpResponse<String> chat(String token, String model, String text, String... options)
            throws Exception {
        String more = options.length == 0 ? "" : "," + String.join(",", options);
        return send(
                token,
                "/v1/chat/completions",
                "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]" + more
                        + "}");
    }

    private static String text(HttpResponse<String> chat) throws IOException {
        return JSON.readTree(chat.body()).at("/choices/0/message/content").asText();
    }

    private static String job(String payload) throws Exception {
        return JSON.readTree(send(issuer.token(), "/v1/jobs", "{\"task\":\"chat\",\"payload\":" + payload + "}")
                        .body())
                .path("id")
                .asText();
    }

    private static HttpResponse<String> send(String token, String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                        .header("Authorization", "Bearer " + token)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String token, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The chats that a backend received. */
    private static List<JsonNode> asked(StubServer backend) throws IOException {
        List<JsonNode> bodies = new ArrayList<>();
        for (StubServer.Request request : backend.requests()) {
            if (request.path().endsWith("/chat") || request.path().endsWith("/chat/completions")) {
                bodies.add(JSON.readTree(request.body()));
            }
        }
        return bodies;
    }

    private void awaitLine(String... parts) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(calls.list.stream()
                                .map(ILoggingEvent::getFormattedMessage)
                                .toList())
                        .anySatisfy(line -> assertThat(line).contains(parts)));
    }

    private static void ollamaAnswer(StubServer.Request request, StubServer.Connection connection, String text)
            throws IOException {
        String said =
                "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":" + JSON.writeValueAsString(text);
        String end = "\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":7,\"eval_count\":2}\n";
        if (request.body().contains("\"stream\":true")) {
            connection.whole(
                    200,
                    "application/x-ndjson",
                    said + "},\"done\":false}\n{\"model\":\"m\",\"message\":{\"content\":\"\"}," + end);
        } else {
            connection.whole(200, "application/json", said + "}," + end);
        }
    }

    private static void openaiAnswer(StubServer.Request request, StubServer.Connection connection, String text)
            throws IOException {
        String usage = "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}";
        if (request.body().contains("\"stream\":true")) {
            connection.whole(200, "text/event-stream", """
                    data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}

                    data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],%s}

                    data: [DONE]

                    """.formatted(text, usage));
        } else {
            connection.whole(200, "application/json", """
                    {"choices":[{"index":0,"message":{"content":"%s"},\
                    "finish_reason":"stop"}],%s}""".formatted(text, usage));
        }
    }
}
