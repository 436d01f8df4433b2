package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.engine.Engine;
import io.inference.stub.StubServer;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** If a caller disconnects, the work at the backend stops within a second, in every phase of a call. */
class CancellationIT {
    private static final Duration A_SECOND = Duration.ofSeconds(1);

    /** What the stub is doing when the caller disconnects. */
    private enum Upstream {
        SILENT,
        STREAMING
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
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        try (StubServer upstream = upstream(state, asked, gone);
                RunningService service = RunningService.start("--inference-services-" + backend + "-base-url="
                        + upstream.url() + (backend.equals("openai") ? "/v1" : ""))) {
            try (RawClient client = new RawClient(service.port())) {
                client.post(path, body(path, stream));
                assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
                if (state == Upstream.STREAMING) {
                    client.awaitLine("token");
                }
                assertThat(gone.getCount()).as("still connected").isEqualTo(1);
            }
            assertThat(gone.await(A_SECOND.toMillis(), TimeUnit.MILLISECONDS))
                    .as("gone")
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void ofTheLocalEngine(boolean stream) throws IOException {
        try (RunningService service = RunningService.start("--local-engine=cpu")) {
            Engine engine = service.engine();
            try (RawClient client = new RawClient(service.port())) {
                client.post(
                        "/v1/completions",
                        "{\"model\":\"smollm2:135m\",\"prompt\":\"Once upon a time\",\"max_tokens\":8000,\"stream\":"
                                + stream + "}");
                await().until(() -> engine.active() == 1);
                if (stream) {
                    client.awaitLine("data:");
                }
            }
            await().atMost(A_SECOND).until(() -> engine.active() == 0);
            if (stream) {
                await().untilAsserted(() -> {
                    assertThat(tokensOfCancelled(service, "input")).isEqualTo(4);
                    assertThat(tokensOfCancelled(service, "output")).isPositive();
                });
            }
        }
    }

    @Test
    void aRequestThatTakesTooLongIsCancelledAndSaidSo() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        try (StubServer upstream = upstream(Upstream.SILENT, new CountDownLatch(1), gone);
                RunningService service = RunningService.start(
                        "--inference-services-openai-base-url=" + upstream.url() + "/v1", "--request-timeout=300ms");
                RawClient client = new RawClient(service.port())) {
            client.post("/v1/chat/completions", body("/v1/chat/completions", false), "Connection: close");
            assertThat(client.rest()).contains("HTTP/1.1 504", "\"code\":\"timeout\"");
            assertThat(gone.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static double tokensOfCancelled(RunningService service, String type) {
        return service.bean(MeterRegistry.class)
                .get("gen_ai.client.token.usage")
                .tags("gen_ai.token.type", type, "error.type", "cancelled")
                .summary()
                .totalAmount();
    }

    private static String body(String path, boolean stream) {
        String input = path.endsWith("embeddings")
                ? "\"input\":\"hi\""
                : path.endsWith("chat") || path.endsWith("chat/completions")
                        ? "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
                        : "\"prompt\":\"hi\"";
        return "{\"model\":\"mock\",\"stream\":" + stream + "," + input + "}";
    }

    /** Lists a model, and answers anything else with one token or with nothing, until its client disconnects. */
    private static StubServer upstream(Upstream state, CountDownLatch asked, CountDownLatch gone) {
        return new StubServer((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
                return;
            }
            if (request.path().endsWith("/tags")) {
                connection.whole(200, "application/json", "{\"models\":[{\"name\":\"mock\",\"model\":\"mock\"}]}");
                return;
            }
            if (request.path().endsWith("/show") || request.path().endsWith("/ps")) {
                connection.whole(200, "application/json", "{\"models\":[]}");
                return;
            }
            if (state == Upstream.STREAMING) {
                boolean openAi = request.path().startsWith("/v1");
                connection.begin(200, openAi ? "text/event-stream" : "application/x-ndjson");
                connection.chunk(
                        openAi
                                ? "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"token\"}}]}\n\n"
                                : "{\"model\":\"mock\",\"message\":{\"role\":\"assistant\",\"content\":\"token\"},"
                                        + "\"response\":\"token\","
                                        + "\"done\":false}\n");
            }
            asked.countDown();
            connection.awaitDisconnect();
            gone.countDown();
        });
    }
}
