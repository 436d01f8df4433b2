package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.Tries;
import io.inference.engine.Engine;
import io.inference.stub.StubServer;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** If a caller disconnects, the work at the backend stops within a second, in every phase of a call. */
@Tag("model")
class CancellationIT {
    private static final Duration A_SECOND = Duration.ofSeconds(1);

    /** What the stub is doing when the caller disconnects. */
    private enum Upstream {
        SILENT,
        STREAMING
    }

    private static final String LOCAL = "smollm2:135m";

    private static volatile StubServer.Handler answer;
    private static StubServer openAi;
    private static StubServer ollama;
    private static RunningService service;

    @BeforeAll
    static void start() {
        openAi = upstream("of-openai");
        ollama = upstream("of-ollama");
        service = RunningService.start(
                "--inference-services-openai-base-url=" + openAi.url() + "/v1",
                "--inference-services-ollama-base-url=" + ollama.url(),
                "--local-engine=cpu",
                "--local-model=" + LOCAL);
    }

    @AfterAll
    static void stop() {
        service.close();
        openAi.close();
        ollama.close();
    }

    @ParameterizedTest
    @CsvSource({
        "openai, /v1/chat/completions, false, SILENT",
        "openai, /v1/chat/completions, true, SILENT",
        "openai, /v1/chat/completions, true, STREAMING",
        "ollama, /api/chat, false, SILENT",
        "ollama, /api/chat, true, SILENT",
        "ollama, /api/chat, true, STREAMING",
        "ollama, /v1/completions, true, STREAMING",
        "openai, /v1/embeddings, false, SILENT"
    })
    void ofARemoteBackend(String backend, String path, boolean stream, Upstream state) throws Exception {
        assertThat(Tries.oneOfThree(() -> isGoneWithinASecond("of-" + backend, path, stream, state)))
                .as("gone within a second")
                .isTrue();
    }

    private static boolean isGoneWithinASecond(String model, String path, boolean stream, Upstream state)
            throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        answer = hanging(state, asked, gone);
        try (RawClient client = new RawClient(service.port())) {
            client.post(path, body(model, path, stream));
            assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
            if (state == Upstream.STREAMING) {
                client.awaitLine("token");
            }
            assertThat(gone.getCount()).as("still connected").isEqualTo(1);
        }
        boolean soon = gone.await(A_SECOND.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(gone.await(30, TimeUnit.SECONDS)).as("gone").isTrue();
        return soon;
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void ofTheLocalEngine(boolean stream) throws Exception {
        Engine engine = service.engine();
        // A cold engine's first step takes longer than a second on a busy machine.
        HttpRequest first = HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"" + LOCAL + "\",\"prompt\":\"Once upon a time\",\"max_tokens\":2}"))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(first, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
        await().until(() -> engine.active() == 0);
        assertThat(Tries.oneOfThree(() -> isIdleWithinASecond(engine, stream)))
                .as("idle within a second")
                .isTrue();
    }

    private static boolean isIdleWithinASecond(Engine engine, boolean stream) throws IOException {
        double input = tokensOfCancelled("input");
        double output = tokensOfCancelled("output");
        try (RawClient client = new RawClient(service.port())) {
            client.post(
                    "/v1/completions",
                    "{\"model\":\"" + LOCAL + "\",\"prompt\":\"Once upon a time\",\"max_tokens\":8000,\"stream\":"
                            + stream + "}");
            await().until(() -> engine.active() == 1);
            if (stream) {
                client.awaitLine("data:");
            }
        }
        long left = System.nanoTime();
        await().until(() -> engine.active() == 0);
        boolean soon = System.nanoTime() - left <= A_SECOND.toNanos();
        if (stream) {
            await().untilAsserted(() -> {
                assertThat(tokensOfCancelled("input") - input).isEqualTo(4);
                assertThat(tokensOfCancelled("output") - output).isPositive();
            });
        }
        return soon;
    }

    @Test
    void aRequestThatTakesTooLongIsCancelledAndSaidSo() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        answer = hanging(Upstream.SILENT, new CountDownLatch(1), gone);
        // Long enough for the backend to be asked before it, also on a busy machine.
        try (RunningService hasty = RunningService.start(
                        "--inference-services-openai-base-url=" + openAi.url() + "/v1", "--request-timeout=5s");
                RawClient client = new RawClient(hasty.port())) {
            client.post("/v1/chat/completions", body("of-openai", "/v1/chat/completions", false), "Connection: close");
            assertThat(client.rest()).contains("HTTP/1.1 504", "\"code\":\"timeout\"");
            assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Of all calls so far; 0 before the first. */
    private static double tokensOfCancelled(String type) {
        return service
                .bean(MeterRegistry.class)
                .find("gen_ai.client.token.usage")
                .tags("gen_ai.token.type", type, "error.type", "cancelled", "gen_ai.request.model", LOCAL)
                .summaries()
                .stream()
                .mapToDouble(DistributionSummary::totalAmount)
                .sum();
    }

    private static String body(String model, String path, boolean stream) {
        String input = path.endsWith("embeddings")
                ? "\"input\":\"hi\""
                : path.endsWith("chat") || path.endsWith("chat/completions")
                        ? "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
                        : "\"prompt\":\"hi\"";
        return "{\"model\":\"" + model + "\",\"stream\":" + stream + "," + input + "}";
    }

    /** A server that lists one model and leaves anything else to the test. */
    private static StubServer upstream(String model) {
        return new StubServer((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(
                        200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"" + model + "\"}]}");
            } else if (request.path().endsWith("/tags")) {
                connection.whole(
                        200,
                        "application/json",
                        "{\"models\":[{\"name\":\"" + model + "\",\"model\":\"" + model + "\"}]}");
            } else if (request.path().endsWith("/show") || request.path().endsWith("/ps")) {
                connection.whole(200, "application/json", "{\"models\":[]}");
            } else {
                answer.handle(request, connection);
            }
        });
    }

    /** Answers with one token or with nothing, until its client disconnects. */
    private static StubServer.Handler hanging(Upstream state, CountDownLatch asked, CountDownLatch gone) {
        return (request, connection) -> {
            if (state == Upstream.STREAMING) {
                boolean events = request.path().startsWith("/v1");
                connection.begin(200, events ? "text/event-stream" : "application/x-ndjson");
                connection.chunk(
                        events
                                ? "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"token\"}}]}\n\n"
                                : "{\"model\":\"mock\",\"message\":{\"role\":\"assistant\",\"content\":\"token\"},"
                                        + "\"response\":\"token\","
                                        + "\"done\":false}\n");
            }
            asked.countDown();
            connection.awaitDisconnect();
            gone.countDown();
        };
    }
}
