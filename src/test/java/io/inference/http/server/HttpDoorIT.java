package io.inference.http.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDoorIT {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = "{\"model\":\"mock\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    static Path routes;

    private static StubServer upstream;
    private static RunningService service;

    @BeforeAll
    static void start() throws IOException {
        upstream = new StubServer((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
            } else {
                connection.whole(
                        200,
                        "application/json",
                        "{\"model\":\"mock\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                                + "\"content\":\"hello\"},"
                                + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,"
                                + "\"completion_tokens\":1}}");
            }
        });
        copyRoutes();
        service = RunningService.start(
                "--inference-services-openai-base-url=" + upstream.url() + "/v1",
                "--max-request-size=2KB",
                "--routes-dir=" + routes);
    }

    /** The service's own routes and one of an operator. */
    private static void copyRoutes() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                Files.copy(file, routes.resolve(file.getFileName()));
            }
        }
        Files.writeString(routes.resolve("rest-echo.camel.yaml"), """
                - route:
                    id: rest-echo-headers
                    description: Answers with what got in.
                    from:
                      id: from-rest-echo
                      uri: platform-http
                      parameters:
                        path: /echo/{name}
                        httpMethodRestrict: GET
                      steps:
                        - to:
                            id: authenticate-echo
                            uri: direct
                            parameters:
                              name: authenticate
                        - setHeader:
                            id: leak
                            name: X-Leak
                            expression:
                              constant:
                                expression: "yes"
                        - setBody:
                            id: show
                            expression:
                              simple:
                                expression: "got ${headers}"
                """);
    }

    @AfterAll
    static void stop() {
        service.close();
        upstream.close();
    }

    @Test
    void anAnswerCarriesTheCallersRequestIdOrANewOne() throws Exception {
        assertThat(post(CHAT, ASK, "X-Request-Id", "my-id.1").headers().firstValue("X-Request-Id"))
                .contains("my-id.1");
        assertThat(post(CHAT, ASK).headers().firstValue("X-Request-Id"))
                .get()
                .asString()
                .matches("req-[0-9a-f]+");
        assertThat(post(CHAT, ASK, "X-Request-Id", "no spaces please").headers().firstValue("X-Request-Id"))
                .get()
                .asString()
                .startsWith("req-");
    }

    @Test
    void headersAndParametersThatSteerCamelOrAFlowNeverGetIn() throws Exception {
        HttpResponse<String> answer = get(
                "/echo/alice?InferenceModel=x&camelhttppath=y&plain=1",
                "CamelHttpResponseCode",
                "500",
                "inferencebackend",
                "z",
                "Org.Apache.Camel.foo",
                "1",
                "X-Plain",
                "2");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("name=alice", "plain=1", "x-plain=2");
        assertThat(answer.body().toLowerCase())
                .doesNotContain(
                        "inferencemodel",
                        "camelhttppath=y",
                        "camelhttpresponsecode",
                        "inferencebackend",
                        "org.apache.camel.foo");
    }

    @Test
    void nothingOfTheRequestAndNothingUnlistedGetsOut() throws Exception {
        HttpResponse<String> answer = get("/echo/alice", "Authorization", "Bearer secret", "X-Mine", "1");
        assertThat(answer.headers().map()).doesNotContainKeys("authorization", "x-mine", "x-leak", "name");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    /** A step that calls another server would forward them. */
    @Test
    void noCredentialGetsIntoARoute() throws Exception {
        HttpResponse<String> answer = get(
                "/echo/alice?authorization=secret",
                "Authorization",
                "Bearer secret",
                "X-API-Key",
                "secret",
                "Proxy-Authorization",
                "Basic secret",
                "Cookie",
                "session=secret",
                "X-Plain",
                "2");
        assertThat(answer.body()).contains("x-plain=2").doesNotContain("secret");
    }

    /** Otherwise an attacker who makes a user follow a link could choose how the answer is cached, and by whom. */
    @Test
    void whatARouteMayTellItsCallerIsNotTheCallersToSay() throws Exception {
        HttpResponse<String> answer = get(
                "/echo/alice?Location=http://evil.example&cache-control=public&X-RateLimit-Remaining-Requests=9",
                "Retry-After",
                "1",
                "Cache-Control",
                "max-age=99",
                "x-ratelimit-limit-tokens",
                "7");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().map().keySet())
                .doesNotContain(
                        "location",
                        "cache-control",
                        "retry-after",
                        "x-ratelimit-limit-tokens",
                        "x-ratelimit-remaining-requests");
    }

    @Test
    void aBodyOverTheLimitIsRefusedWithOrWithoutALength() throws Exception {
        String large = ASK + " ".repeat(2100);
        HttpResponse<String> answer = post(CHAT, large);
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("\"code\":\"too_large\"", "MAX_REQUEST_SIZE");
        HttpRequest chunked = request(CHAT)
                .POST(HttpRequest.BodyPublishers.fromPublisher(HttpRequest.BodyPublishers.ofString(large)))
                .build();
        assertThat(client.send(chunked, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(413);
    }

    @Test
    void aBodyOfExactlyTheLimitIsTaken() throws Exception {
        assertThat(post(CHAT, ASK + " ".repeat(2048 - ASK.length())).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aMethodThatAPathDoesNotTakeIsToldWhichItDoes() throws Exception {
        HttpResponse<String> answer = get(CHAT);
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("POST");
    }

    @Test
    void headOfAPathThatAnswersGetIsAnsweredWithoutABody() throws Exception {
        HttpRequest head = request("/v1/models")
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> answer = client.send(head, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/version", "/api/tags", "/api/ps", "/v1/models", "/v1/models/mock", "/health"})
    void headSaysWhatGetWould(String path) throws Exception {
        HttpResponse<String> whole = get(path);
        assertThat(whole.statusCode()).isEqualTo(200);
        HttpRequest request = request(path)
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> head = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().allValues("Content-Type"))
                .isEqualTo(whole.headers().allValues("Content-Type"))
                .hasSize(1);
        assertThat(head.headers().firstValue("Content-Length"))
                .contains(String.valueOf(whole.body().getBytes(UTF_8).length));
    }

    @Test
    void headOfWhatDoesNotAnswerGetIsRefusedOrNotFound() throws Exception {
        for (String path : new String[] {CHAT, "/api/chat"}) {
            HttpRequest head = request(path)
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .build();
            HttpResponse<String> answer = client.send(head, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(405);
            assertThat(answer.headers().firstValue("Allow")).contains("POST");
        }
        assertThat(post("/v1/models/mock", "").headers().firstValue("Allow")).contains("GET, HEAD");
    }

    /** Ollama's exact answer: its clients check it. */
    @Test
    void theRootSaysThatItRuns() throws Exception {
        HttpResponse<String> answer = get("/", "Content-Type", "application/json", "Accept", "application/json");
        assertThat(answer.body()).isEqualTo("Ollama is running");
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain;charset=utf-8");
        HttpResponse<String> posted = post("/", "{}");
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(posted.headers().firstValue("Allow")).contains("GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/nope", "/v1/nope", "/v1/chat/completions/", "/v1//chat/completions", "/%2e%2e/etc/passwd"})
    void aPathThatNobodyServesIsAPlainNotFound(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).isIn(400, 404);
        assertThat(answer.body()).doesNotContain("Exception", "org.", "java.");
    }

    @Test
    void aCallFromAPageOfAnotherOriginIsForbidden() throws Exception {
        HttpResponse<String> answer = post(CHAT, ASK, "Origin", "https://evil.example");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("\"code\":\"forbidden\"");
    }

    @Test
    void aNameReboundToThisMachineIsForbidden() throws IOException {
        try (RawClient raw = new RawClient(service.port())) {
            raw.send("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
            assertThat(raw.awaitLine("HTTP/1.1")).contains("403");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE\r\n\r\n",
                "GET / HTTP/9.9\r\n\r\n",
                "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
                "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            })
    void rubbishOnTheWireEndsInARefusalAndHarmsNobody(String rubbish) throws Exception {
        try (RawClient raw = new RawClient(service.port())) {
            raw.send(rubbish);
            assertThat(raw.rest()).doesNotContain("Exception", "org.apache", "at java");
        }
        assertThat(post(CHAT, ASK).statusCode()).isEqualTo(200);
    }

    @Test
    void twoRequestsSentAtOnceOnOneConnectionAreBothAnswered() throws IOException {
        try (RawClient raw = new RawClient(service.port())) {
            raw.post(CHAT, ASK);
            raw.post(CHAT, ASK, "Connection: close");
            assertThat(raw.rest().split("HTTP/1.1 200", -1)).hasSize(3);
        }
    }

    @Test
    void aRouteThatAnOperatorAddedShowsInTheDescription() throws Exception {
        assertThat(get("/openapi.json").body()).contains("/echo/{name}", "Answers with what got in.");
    }

    @Test
    void metricsAndProbesAreOnTheManagementPort() throws Exception {
        assertThat(post(CHAT, ASK).statusCode()).isEqualTo(200);
        String metrics = body(service.managementUrl() + "/actuator/prometheus");
        assertThat(metrics)
                .contains(
                        "gen_ai_server_request_duration_seconds_count",
                        "gen_ai_server_time_to_first_token_seconds_count")
                .contains("gen_ai_client_token_usage_count", "inference_requests_active", "inference_requests_queued");
        for (String probe : new String[] {"liveness", "readiness", "startup"}) {
            assertThat(body(service.managementUrl() + "/actuator/health/" + probe))
                    .contains("\"status\":\"UP\"");
        }
        assertThat(get("/actuator/health").statusCode()).isEqualTo(404);
    }

    private static String body(String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = request(path).GET();
        return client.send(with(request, headers).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = request(path).POST(HttpRequest.BodyPublishers.ofString(body));
        return client.send(with(request, headers).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(service.baseUrl() + path));
    }

    private static HttpRequest.Builder with(HttpRequest.Builder request, String... headers) {
        return headers.length == 0 ? request : request.headers(headers);
    }
}
