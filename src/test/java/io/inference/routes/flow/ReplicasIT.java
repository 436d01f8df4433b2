package io.inference.routes.flow;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One entry with two replicas, whose streams wait in their middle until the test goes on. */
class ReplicasIT {
    private static final int CALLERS = 50;

    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch allHalf = new CountDownLatch(CALLERS);
    private final AtomicInteger atFirst = new AtomicInteger();
    private final AtomicInteger atSecond = new AtomicInteger();
    private StubServer first;
    private StubServer second;
    private RunningService service;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        first = server(atFirst);
        second = server(atSecond);
        Path file = Files.writeString(
                folder.resolve("backends.yaml"),
                "backends:\n  - name: pair\n    kind: openai\n    urls: [" + first.url() + "/v1, " + second.url()
                        + "/v1]\n");
        service = RunningService.start("--backends-file=" + file);
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        service.close();
        first.close();
        second.close();
    }

    private StubServer server(AtomicInteger chats) {
        return new StubServer((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
                return;
            }
            chats.incrementAndGet();
            connection.begin(200, "text/event-stream");
            connection.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half\"}}]}\n\n");
            allHalf.countDown();
            goOn.await();
            connection.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\" whole\"}}]}\n\n"
                    + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                    + "data: [DONE]\n\n");
            connection.end();
        });
    }

    private CompletableFuture<HttpResponse<String>> stream() {
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/chat/completions"))
                        .timeout(Duration.ofSeconds(60))
                        .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"mock\",\"stream\":true,\"messages\":"
                                + "[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void callersShareTheReplicasAndNoRequestFailsBeforeItsFirstChunkIfOneIsKilled() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            answers.add(stream());
        }
        assertThat(allHalf.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(atFirst.get()).as("the least busy replica is asked").isBetween(20, 30);
        assertThat(atSecond.get()).isBetween(20, 30);

        int begunAtFirst = atFirst.get();
        first.close();
        first.closeConnections();
        List<CompletableFuture<HttpResponse<String>>> later = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            later.add(stream());
        }
        goOn.countDown();

        int broken = 0;
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            HttpResponse<String> ended = answer.get(60, TimeUnit.SECONDS);
            assertThat(ended.statusCode()).isEqualTo(200);
            assertThat(ended.body()).contains("half");
            broken += ended.body().contains("[DONE]") ? 0 : 1;
        }
        assertThat(broken)
                .as("those that were at the killed one, after their first chunk")
                .isEqualTo(begunAtFirst);
        for (CompletableFuture<HttpResponse<String>> answer : later) {
            assertThat(answer.get(60, TimeUnit.SECONDS).body()).contains("half", " whole", "[DONE]");
        }
    }
}
