package io.inference.upstream.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.grpc.Certificates;
import io.inference.stub.StubServer;
import io.inference.upstream.Connection;
import io.inference.upstream.tls.LiveTls;
import io.inference.upstream.tls.UpstreamTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

@Timeout(60)
class UpstreamSocketTest {
    private static final Duration WAIT = Duration.ofSeconds(20);
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;

    private static Connection connection(URI url) {
        return new Connection(
                "images", url, "the-key", Map.of("X-Team", "art"), Duration.ofSeconds(5), WAIT, null, null);
    }

    private static UpstreamSocket open(StubServer server) throws IOException {
        return UpstreamSocket.open(connection(server.url().resolve("/base/")), null, "/ws?clientId=a");
    }

    /** Many times: frames that come with the answer to the handshake are a race of clients. */
    @RepeatedTest(100)
    void messagesComeWholeAndInTheirOrderUntilTheServerCloses() throws Exception {
        byte[] large = "x".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        try (StubServer server = new StubServer((request, connection) -> {
                    connection.acceptWebSocket(request);
                    connection.frame(TEXT, "one".getBytes(StandardCharsets.US_ASCII), true);
                    connection.frame(BINARY, large, false);
                    connection.frame(0, large, true);
                    connection.frame(CLOSE, new byte[0], true);
                });
                UpstreamSocket socket = open(server)) {
            assertThat(socket.next(WAIT)).isEqualTo(new SocketMessage.Text("one"));
            assertThat(((SocketMessage.Binary) socket.next(WAIT)).bytes()).hasSize(200_000);
            for (int again = 0; again < 2; again++) {
                assertThatThrownBy(() -> socket.next(WAIT)).isInstanceOf(IOException.class);
            }
            assertThat(server.requests().getFirst().path()).isEqualTo("/base/ws?clientId=a");
            assertThat(server.requests().getFirst().headers()).doesNotContainKey("origin");
            assertThat(server.requests().getFirst().headers())
                    .containsEntry("authorization", "Bearer the-key")
                    .containsEntry("x-team", "art");
        }
    }

    @Test
    void aSlowReaderSlowsDownTheServerAndMissesNothing() throws Exception {
        int messages = 1_000;
        AtomicInteger sent = new AtomicInteger();
        byte[] payload = new byte[100_000];
        try (StubServer server = new StubServer((request, connection) -> {
                    connection.acceptWebSocket(request);
                    for (int i = 0; i < messages; i++) {
                        payload[0] = (byte) i;
                        connection.frame(BINARY, payload, true);
                        sent.incrementAndGet();
                    }
                });
                UpstreamSocket socket = open(server)) {
            for (int taken = 0; taken < messages; taken++) {
                // What the sockets of both sides may hold is about 100 messages.
                assertThat(sent.get() - taken).isLessThan(400);
                assertThat(((SocketMessage.Binary) socket.next(WAIT)).bytes()[0])
                        .isEqualTo((byte) taken);
            }
        }
    }

    @Test
    void aBrokenFrameIsAFailureThatSaysWhy() throws Exception {
        try (StubServer server = new StubServer((request, connection) -> {
                    connection.acceptWebSocket(request);
                    // A reserved bit.
                    connection.raw(new byte[] {(byte) 0xC1, 1, 'x'});
                    connection.awaitDisconnect();
                });
                UpstreamSocket socket = open(server)) {
            assertThatThrownBy(() -> socket.next(WAIT))
                    .hasRootCauseMessage("RSV != 0 and no extension negotiated, RSV:4");
        }
    }

    @Test
    void silenceIsNoMessageAndACutConnectionIsAFailure() throws Exception {
        try (StubServer server = new StubServer((request, connection) -> connection.acceptWebSocket(request));
                UpstreamSocket socket = open(server)) {
            assertThat(socket.next(Duration.ofMillis(1))).isNull();

            server.closeConnections();

            assertThatThrownBy(() -> socket.next(WAIT)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aServerThatAcceptsNoneOrIsDownIsAFailure() {
        StubServer server =
                new StubServer((request, connection) -> connection.whole(404, "text/plain", "nothing here"));
        assertThatThrownBy(() -> open(server)).hasStackTraceContaining("404");
        server.close();
        assertThatThrownBy(() -> open(server)).hasStackTraceContaining("refused");
    }

    @Test
    void aServerThatNeverAnswersIsAFailureAfterTheTimeLimit() {
        try (StubServer server = new StubServer((request, connection) -> connection.awaitDisconnect())) {
            Connection connection =
                    new Connection("images", server.url(), null, Map.of(), Duration.ofMillis(200), WAIT, null, null);
            assertThatThrownBy(() -> UpstreamSocket.open(connection, null, "/ws"))
                    .hasStackTraceContaining("no answer in time");
        }
    }

    @Test
    void aServerOfAPrivateAuthorityIsTrustedByItsFileAlone(@TempDir Path folder) throws Exception {
        Certificates.authority(folder, "ca");
        Certificates.signed(folder, "server", "ca");
        SSLContext context = SslBundle.of(new PemSslStoreBundle(
                        PemSslStoreDetails.forCertificate(Files.readString(folder.resolve("server.pem")))
                                .withPrivateKey(Files.readString(folder.resolve("server.key"))),
                        null))
                .createSslContext();
        ServerSocket listener =
                context.getServerSocketFactory().createServerSocket(0, 16, InetAddress.getLoopbackAddress());
        URI url = URI.create("https://localhost:" + listener.getLocalPort());
        try (StubServer server = new StubServer(listener, (request, connection) -> {
                    connection.acceptWebSocket(request);
                    connection.frame(TEXT, "secret".getBytes(StandardCharsets.US_ASCII), true);
                });
                LiveTls tls = new LiveTls("images", new UpstreamTls(folder.resolve("ca.pem"), null, null), () -> {})) {
            assertThatThrownBy(() -> UpstreamSocket.open(connection(url), null, "/ws"))
                    .isInstanceOf(IOException.class);
            try (UpstreamSocket socket = UpstreamSocket.open(connection(url), tls.context(), "/ws")) {
                assertThat(socket.next(WAIT)).isEqualTo(new SocketMessage.Text("secret"));
            }
            assertThat(server.requests()).hasSize(1);
        }
    }
}
