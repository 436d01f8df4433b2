package io.inference.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A stop takes no new connections, and finishes what comes on those that are open. */
class RestStopIT {
    private final CountDownLatch goOn = new CountDownLatch(1);

    @Test
    void aRequestOnAnOpenConnectionIsAnsweredAsItsLastOneWhileAStreamIsFinished() throws Exception {
        try (StubServer upstream = new StubServer(this::answer)) {
            RunningService service = RunningService.start(
                    "--inference-services-openai-base-url=" + upstream.url() + "/v1", "--shutdown-grace=20s");
            int port = service.port();
            HttpRequest models = HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/models"))
                    .build();
            try (HttpClient kept = HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .build();
                    RawClient streaming = new RawClient(port)) {
                assertThat(kept.send(models, HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(200);
                streaming.post(
                        "/v1/chat/completions",
                        "{\"model\":\"mock\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
                streaming.awaitLine("one");
                Thread stopping = Thread.ofVirtual().start(service::close);
                await().until(() -> isRefused(port));

                HttpResponse<String> last = kept.send(models, HttpResponse.BodyHandlers.ofString());
                assertThat(last.statusCode()).isEqualTo(200);
                assertThat(last.headers().firstValue("Connection")).contains("close");
                goOn.countDown();
                streaming.awaitLine("[DONE]");
                assertThat(stopping.join(Duration.ofSeconds(60))).isTrue();
            }
        }
    }

    private static boolean isRefused(int port) {
        try (Socket connected = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private void answer(StubServer.Request request, StubServer.Connection connection) throws Exception {
        if (request.path().endsWith("/models")) {
            connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
            return;
        }
        connection.begin(200, "text/event-stream");
        connection.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one\"}}]}\n\n");
        goOn.await();
        connection.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
        connection.chunk("data: [DONE]\n\n");
        connection.end();
    }
}
