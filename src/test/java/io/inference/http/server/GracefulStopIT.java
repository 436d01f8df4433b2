package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GracefulStopIT {
    private static final String ASK =
            "{\"model\":\"mock\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch gone = new CountDownLatch(1);

    @Test
    void aStreamInTheMakingIsFinishedAndNobodyNewIsLetIn() throws Exception {
        try (StubServer upstream = upstream()) {
            RunningService service = start(upstream, "20s");
            int port = service.port();
            try (RawClient client = new RawClient(port)) {
                client.post("/v1/chat/completions", ASK);
                client.awaitLine("one");
                Thread stopping = Thread.ofVirtual().start(service::close);
                await().untilAsserted(
                                () -> assertThatThrownBy(() -> connect(port)).isInstanceOf(IOException.class));
                goOn.countDown();
                client.awaitLine("two");
                client.awaitLine("[DONE]");
                assertThat(stopping.join(java.time.Duration.ofSeconds(60))).isTrue();
            }
        }
    }

    @Test
    void aStreamThatOutlastsTheGraceIsCancelledAtTheBackend() throws Exception {
        try (StubServer upstream = upstream()) {
            RunningService service = start(upstream, "300ms");
            try (RawClient client = new RawClient(service.port())) {
                client.post("/v1/chat/completions", ASK);
                client.awaitLine("one");
                service.close();
                assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    private static RunningService start(StubServer upstream, String grace) {
        return RunningService.start(
                "--inference-services-openai-base-url=" + upstream.url() + "/v1", "--shutdown-grace=" + grace);
    }

    private static void connect(int port) throws IOException {
        try (RawClient client = new RawClient(port)) {
            client.send("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            client.awaitLine("HTTP/1.1 200");
        }
    }

    private StubServer upstream() {
        return new StubServer((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
                return;
            }
            connection.begin(200, "text/event-stream");
            connection.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one\"}}]}\n\n");
            Thread watcher = Thread.ofVirtual().start(() -> {
                connection.awaitDisconnect();
                gone.countDown();
            });
            goOn.await();
            connection.chunk(
                    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"two\"},\"finish_reason\":\"stop\"}]}\n\n"
                            + "data: [DONE]\n\n");
            connection.end();
            watcher.join();
        });
    }
}
