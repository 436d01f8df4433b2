package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.telemetry.CallMetrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A sender of single bytes at intervals is disconnected: each answer here ends within the client's timeout. */
class SlowSenderIT {
    private static final String HEAD =
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    private static RunningService service;

    private final ScheduledExecutorService dripper = Executors.newSingleThreadScheduledExecutor();

    @BeforeAll
    static void start() {
        service = RunningService.start("--receive-timeout=1s");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @AfterEach
    void stopDripping() {
        dripper.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"P", "POST /v1/chat", HEAD, HEAD + "X-Slow: "})
    void aHeadThatDripsIsCutOff(String begin) throws Exception {
        try (RawClient client = new RawClient(service.port())) {
            client.send(begin);
            drip(client, "x");
            assertThat(ended(client)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"P", HEAD})
    void aHeadThatStopsIsCutOff(String begin) throws Exception {
        try (RawClient client = new RawClient(service.port())) {
            client.send(begin);
            assertThat(ended(client)).isTrue();
        }
    }

    @Test
    void aHeadOnAConnectionThatServedBeforeIsCutOffAsWell() throws Exception {
        try (RawClient client = new RawClient(service.port())) {
            client.send("GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n");
            client.awaitLine("HTTP/1.1 200");
            client.send("GET /v1/models HT");
            drip(client, "T");
            assertThat(ended(client)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"})
    void aBodyThatDripsIsRefusedAndItsConnectionClosed(String framing) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
                RawClient client = new RawClient(socket)) {
            client.send(HEAD + framing);
            drip(client, framing.contains("chunked") ? "1\r\n \r\n" : " ");
            assertThat(received(socket)).startsWith("HTTP/1.1 400").contains("came too slowly");
        }
        await().until(() -> service.bean(CallMetrics.class).active() == 0);
    }

    @Test
    void aBodyThatStopsFreesItsThread() throws Exception {
        try (RawClient client = new RawClient(service.port())) {
            client.send(HEAD + "Content-Length: 100\r\n\r\n{");
            assertThat(client.rest()).startsWith("HTTP/1.1 400").contains("Connection: close");
        }
        await().until(() -> service.bean(CallMetrics.class).active() == 0);
    }

    @Test
    void aSenderThatIsSlowOnlyBetweenItsRequestsIsServed() throws Exception {
        try (RawClient client = new RawClient(service.port())) {
            for (int i = 0; i < 3; i++) {
                client.send("GET /v1/models HTTP/1.1\r\nHost: local");
                client.send("host\r\n\r\n");
                assertThat(client.awaitLine("HTTP/1.1")).contains(" 200");
            }
        }
    }

    private void drip(RawClient client, String drop) {
        var ignored = dripper.scheduleAtFixedRate(
                () -> {
                    try {
                        client.send(drop);
                    } catch (IOException e) {
                        dripper.shutdown();
                    }
                },
                100,
                100,
                TimeUnit.MILLISECONDS);
    }

    /** All that comes until the end, or until the reset that a drop causes if it comes just before the end. */
    private static String received(Socket socket) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            long ignored = socket.getInputStream().transferTo(all);
        } catch (SocketException e) {
            // An end as well; what came before it was read.
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** Waits for the end; false if the client's timeout comes first. */
    private static boolean ended(RawClient client) {
        try {
            client.rest();
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            // A reset is an end as well.
            return true;
        }
    }
}
