package io.inference.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UpstreamClientTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);

    private final Call call = new Call("id", "test", Duration.ofMinutes(1));
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch disconnected = new CountDownLatch(1);
    private StubServer server;
    private UpstreamClient client;

    @AfterEach
    void close() {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private void serve(StubServer.Handler handler) {
        server = new StubServer(handler);
        client = new UpstreamClient(Connection.of("test", server.url(), "the-key", LONG));
    }

    @Test
    void sendsAndReceivesOverOneConnectionThatIsKept() {
        serve((request, connection) -> connection.whole(200, "application/json", request.body()));

        for (int i = 0; i < 3; i++) {
            assertThat(client.post(client.endpoint("/x"), BODY, call).body()).isEqualTo(BODY);
        }

        assertThat(server.accepted()).isEqualTo(1);
        assertThat(server.requests()).allSatisfy(request -> {
            assertThat(request.path()).isEqualTo("/x");
            assertThat(request.headers()).containsEntry("authorization", "Bearer the-key");
            assertThat(request.headers()).containsEntry("accept-encoding", "identity");
            assertThat(request.headers()).doesNotContainKeys("cookie");
        });
    }

    @Test
    void aStreamReadToItsEndLeavesItsConnectionForTheNext() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        serve((request, connection) -> {
            connection.begin(200, "text/plain");
            connection.chunk("a\nEND\n");
            connection.end();
            ended.countDown();
        });
        try (ChunkStream stream = stream()) {
            assertThat(stream.next(LONG)).isEqualTo(Chunk.of(0, "a"));
            assertThat(stream.next(LONG)).isEqualTo(StreamEvent.END);
        }
        ended.await();
        // The reader gets the end before the connection is returned to the pool; a service asks again and again too.
        for (int i = 0; i < 100; i++) {
            drain(stream());
        }

        assertThat(server.accepted()).isLessThan(20);
    }

    @Test
    void keepsThePathOfTheBaseUrlAndDropsItsLastSlash() {
        try (UpstreamClient withPath =
                new UpstreamClient(Connection.of("test", URI.create("http://h:1/v1/"), null, LONG))) {
            assertThat(withPath.endpoint("/models")).isEqualTo(URI.create("http://h:1/v1/models"));
        }
    }

    @Test
    void anAddressMayBeAnIpv6One() {
        try (UpstreamClient ipv6 =
                new UpstreamClient(Connection.of("test", URI.create("http://[::1]:11434"), null, LONG))) {
            assertThat(ipv6.endpoint("/api/tags")).isEqualTo(URI.create("http://[::1]:11434/api/tags"));
        }
    }

    @Test
    void aHostsNameMayHaveAnUnderscore() {
        client = new UpstreamClient(Connection.of("test", URI.create("http://no_such_host.invalid:11434"), null, LONG));

        assertThat(client.endpoint("/x")).isEqualTo(URI.create("http://no_such_host.invalid:11434/x"));
        assertCode(ErrorCode.UNAVAILABLE, () -> client.get(client.endpoint("/x"), LONG));
    }

    @Test
    void aConnectionClosedWhileIdleIsReplacedUnseen() {
        serve((request, connection) -> connection.whole(200, "application/json", "{}"));
        client.post(client.endpoint("/x"), BODY, call);
        server.closeConnections();

        assertThat(client.post(client.endpoint("/x"), BODY, call).status()).isEqualTo(200);
    }

    @Test
    void aNewConnectionThatIsClosedIsNotTriedAgain() {
        serve((request, connection) -> connection.close());

        assertCode(ErrorCode.BACKEND_FAILED, () -> client.post(client.endpoint("/x"), BODY, call));
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void redirectsAreNotFollowed() {
        serve((request, connection) -> connection.whole(302, "text/plain", "", "Location: /elsewhere"));

        assertThat(client.get(client.endpoint("/x"), LONG).status()).isEqualTo(302);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void refusedIsUnavailableAndNamesNoHost() {
        client = new UpstreamClient(Connection.of("test", URI.create("http://user:secret@127.0.0.1:1"), null, LONG));

        InferenceException failure =
                assertCode(ErrorCode.UNAVAILABLE, () -> client.post(client.endpoint("/x"), BODY, call));
        assertThat(failure).hasMessage("the test backend cannot be reached");
        assertCode(ErrorCode.UNAVAILABLE, () -> stream().next(LONG));
    }

    @Test
    void anUnknownHostIsUnavailable() {
        client = new UpstreamClient(Connection.of("test", URI.create("http://no-such-host.invalid"), null, LONG));

        assertCode(ErrorCode.UNAVAILABLE, () -> client.get(client.endpoint("/x"), LONG));
    }

    @Test
    void aServerThatTakesTooLongForSomethingSmallIsATimeout() {
        serve((request, connection) -> connection.awaitDisconnect());

        assertCode(ErrorCode.TIMEOUT, () -> client.get(client.endpoint("/x"), Duration.ofMillis(50)));
    }

    @Test
    void aStreamCutBeforeItsEndMarkerFailsAfterWhatCame() {
        serve((request, connection) -> {
            connection.begin(200, "text/plain");
            connection.chunk("a\n");
            connection.end();
        });

        ChunkStream stream = stream();

        assertThat(stream.next(LONG)).isEqualTo(Chunk.of(0, "a"));
        assertCode(ErrorCode.BACKEND_FAILED, () -> stream.next(LONG));
    }

    @Test
    void aConnectionCutInMidStreamFailsAfterWhatCame() {
        serve((request, connection) -> {
            connection.begin(200, "text/plain");
            connection.chunk("a\n");
            connection.raw("5\r\nb");
            connection.close();
        });

        ChunkStream stream = stream();

        assertThat(stream.next(LONG)).isEqualTo(Chunk.of(0, "a"));
        assertCode(ErrorCode.BACKEND_FAILED, () -> stream.next(LONG));
    }

    @Test
    void aMalformedLineFailsAndStopsTheServer() throws Exception {
        serve((request, connection) -> {
            connection.begin(200, "text/plain");
            connection.chunk("MALFORMED\n");
            connection.awaitDisconnect();
            disconnected.countDown();
        });

        assertCode(ErrorCode.BACKEND_FAILED, () -> stream().next(LONG));
        assertDisconnected();
    }

    @Test
    void anErrorStatusFailsTheStream() {
        serve((request, connection) -> connection.whole(503, "text/plain", "", "Retry-After: 7"));

        InferenceException failure =
                assertCode(ErrorCode.OVERLOADED, () -> stream().next(LONG));
        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(7));
    }

    @Test
    void silenceDoesNotDisturbTheStream() {
        CountDownLatch goOn = new CountDownLatch(1);
        serve((request, connection) -> {
            connection.begin(200, "text/plain");
            goOn.await();
            connection.chunk("a\nEND\n");
            connection.end();
        });
        ChunkStream stream = stream();

        assertThat(stream.next(Duration.ofMillis(5))).isEqualTo(StreamEvent.SILENCE);
        assertThat(stream.next(Duration.ofMillis(5))).isEqualTo(StreamEvent.SILENCE);
        goOn.countDown();

        assertThat(stream.next(LONG)).isEqualTo(Chunk.of(0, "a"));
        assertThat(stream.next(LONG)).isEqualTo(StreamEvent.END);
    }

    @Test
    void closingBeforeTheHeadReachesTheServer() throws Exception {
        serveNothing();
        ChunkStream stream = stream();
        asked.await();

        stream.close();

        assertDisconnected();
    }

    @Test
    void closingInMidStreamReachesTheServer() throws Exception {
        serve((request, connection) -> {
            connection.begin(200, "text/plain");
            connection.chunk("a\n");
            connection.awaitDisconnect();
            disconnected.countDown();
        });
        ChunkStream stream = stream();
        assertThat(stream.next(LONG)).isEqualTo(Chunk.of(0, "a"));

        stream.close();

        assertDisconnected();
    }

    @Test
    void cancellingTheCallReachesTheServerOfAStream() throws Exception {
        serveNothing();
        ChunkStream stream = stream();
        asked.await();

        call.cancel(ErrorCode.TIMEOUT);

        assertDisconnected();
        assertCode(ErrorCode.TIMEOUT, () -> stream.next(LONG));
    }

    @Test
    void cancellingTheCallReachesTheServerOfAWholeExchange() throws Exception {
        serveNothing();
        CompletableFuture<Reply> reply =
                CompletableFuture.supplyAsync(() -> client.post(client.endpoint("/x"), BODY, call));
        asked.await();

        call.cancel(ErrorCode.CANCELLED);

        assertDisconnected();
        assertThatThrownBy(() -> reply.get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }

    @Test
    void aCallCancelledBeforehandAsksNothing() {
        serveNothing();
        call.cancel(ErrorCode.CANCELLED);

        assertCode(ErrorCode.CANCELLED, () -> client.post(client.endpoint("/x"), BODY, call));
        assertCode(ErrorCode.CANCELLED, () -> stream().next(LONG));
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aReaderThatDoesNotReadStopsTheWriter() throws Exception {
        AtomicInteger written = new AtomicInteger();
        CountDownLatch finished = new CountDownLatch(1);
        String line = "x".repeat(1000) + "\n";
        serve((request, connection) -> {
            connection.begin(200, "text/plain");
            for (int i = 0; i < 100_000; i++) {
                connection.chunk(line);
                written.incrementAndGet();
            }
            connection.chunk("END\n");
            connection.end();
            finished.countDown();
        });
        ChunkStream stream = stream();
        assertThat(stream.next(LONG)).isInstanceOf(Chunk.class);

        assertThat(finished.await(2, TimeUnit.SECONDS))
                .as("written without a reader")
                .isFalse();
        assertThat(written.get()).isLessThan(50_000);

        drain(stream);
        assertThat(finished.await(20, TimeUnit.SECONDS))
                .as("goes on once it is read")
                .isTrue();
    }

    private void serveNothing() {
        serve((request, connection) -> {
            asked.countDown();
            connection.awaitDisconnect();
            disconnected.countDown();
        });
    }

    private void assertDisconnected() throws InterruptedException {
        assertThat(disconnected.await(10, TimeUnit.SECONDS))
                .as("seen before any time limit of the client")
                .isTrue();
    }

    private ChunkStream stream() {
        return client.stream(
                client.endpoint("/x"),
                BODY,
                UpstreamClientTest::decode,
                reply -> client.failures().status(reply, null),
                call);
    }

    private static boolean decode(byte[] bytes, int from, int to, Consumer<Chunk> out) throws IOException {
        String line = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        if (line.equals("MALFORMED")) {
            throw new IOException("malformed");
        }
        if (!line.equals("END")) {
            out.accept(Chunk.of(0, line));
        }
        return line.equals("END");
    }

    private static void drain(ChunkStream stream) {
        try (stream) {
            while (!(stream.next(LONG) instanceof StreamEvent.End)) {}
        }
    }

    private static InferenceException assertCode(ErrorCode code, Runnable action) {
        InferenceException failure = catchThrowableOfType(InferenceException.class, action::run);
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(code);
        return failure;
    }
}
