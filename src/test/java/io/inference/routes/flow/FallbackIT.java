package io.inference.routes.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.inference.RunningService;
import io.inference.routes.generation.RouteGenerations;
import io.inference.stub.StubServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two backends have one model; Ollama is preferred, the OpenAI-compatible server is the fallback. */
class FallbackIT {
    private static final String WHOLE = "{\"model\":\"mock\",\"choices\":[{\"index\":0,\"message\":"
            + "{\"role\":\"assistant\",\"content\":\"from openai\"},\"finish_reason\":\"stop\"}]}";
    private static final String EVENTS = """
            data: {"choices":[{"index":0,"delta":{"content":"from openai"}}]}

            data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            data: [DONE]

            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private StubServer.Handler ollamaBehaviour = (request, connection) -> connection.close();
    private StubServer ollama;
    private StubServer openai;
    private RunningService service;

    @BeforeEach
    void start() {
        ollama = new StubServer((request, connection) -> {
            if (request.path().endsWith("/tags")) {
                connection.whole(200, "application/json", "{\"models\":[{\"name\":\"mock\",\"model\":\"mock\"}]}");
            } else if (request.path().endsWith("/show") || request.path().endsWith("/ps")) {
                connection.whole(200, "application/json", "{\"models\":[]}");
            } else {
                ollamaBehaviour.handle(request, connection);
            }
        });
        openai = new StubServer((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
            } else if (request.body().contains("\"stream\":true")) {
                connection.whole(200, "text/event-stream", EVENTS);
            } else {
                connection.whole(200, "application/json", WHOLE);
            }
        });
        service = RunningService.start(
                "--inference-services-ollama-base-url=" + ollama.url(),
                "--inference-services-openai-base-url=" + openai.url() + "/v1");
        service.awaitModelLists(2);
    }

    @AfterEach
    void stop() {
        service.close();
        ollama.close();
        openai.close();
    }

    @Test
    void aBackendThatFailsBeforeItsFirstChunkIsFollowedByTheNext() throws Exception {
        assertThat(chat(false).body()).contains("from openai");
        assertThat(chat(true).body()).contains("from openai", "[DONE]");
    }

    @Test
    void aBackendThatBreaksOffAfterItsFirstChunkIsNotFollowedAndTheStreamSaysSo() throws Exception {
        ollamaBehaviour = (request, connection) -> {
            connection.begin(200, "application/x-ndjson");
            connection.chunk("{\"model\":\"mock\",\"message\":{\"content\":\"half\"},\"done\":false}\n");
            connection.close();
        };
        String events = chat(true).body();
        assertThat(events).contains("half", "\"error\"", "backend_failed").doesNotContain("from openai", "[DONE]");
    }

    @Test
    void aRequestThatIsWrongIsNotTriedElsewhere() throws Exception {
        ollamaBehaviour =
                (request, connection) -> connection.whole(400, "application/json", "{\"error\":\"bad option\"}");
        HttpResponse<String> answer = chat(false);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(openai.requests()).noneMatch(request -> request.path().endsWith("/completions"));
    }

    @Test
    void aBackendThatFailsAgainAndAgainIsLeftAlone() throws Exception {
        for (int i = 0; i < 12; i++) {
            assertThat(chat(false).statusCode()).isEqualTo(200);
        }
        assertThat(breaker("ollama")).isEqualTo(CircuitBreaker.State.OPEN);
        int before = chatsAt(ollama);
        assertThat(chat(false).body()).contains("from openai");
        assertThat(chatsAt(ollama)).isEqualTo(before);
    }

    @Test
    void whenEveryBackendIsLeftAloneTheCallerLearnsWhenToTryAgain() throws Exception {
        openai.close();
        for (int i = 0; i < 12; i++) {
            assertThat(chat(false).statusCode()).isIn(502, 503);
        }
        assertThat(breaker("openai")).isEqualTo(CircuitBreaker.State.OPEN);
        HttpResponse<String> answer = chat(false);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
        assertThat(answer.body()).contains("\"unavailable\"", "left alone");
    }

    @Test
    void withoutAnotherBackendTheCallerLearnsWhatFailed() throws Exception {
        openai.close();
        HttpResponse<String> answer = chat(false);
        assertThat(answer.statusCode()).isIn(502, 503);
        assertThat(answer.body()).contains("\"error\"").doesNotContain("Exception", "127.0.0.1");
    }

    private CircuitBreaker.State breaker(String backend) {
        return service.bean(RouteGenerations.class)
                .current()
                .breakers()
                .get("backend-" + backend)
                .getState();
    }

    private static int chatsAt(StubServer server) {
        return (int) server.requests().stream()
                .filter(request -> request.path().endsWith("/chat"))
                .count();
    }

    private HttpResponse<String> chat(boolean stream) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/chat/completions"))
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"mock\",\"stream\":" + stream
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
