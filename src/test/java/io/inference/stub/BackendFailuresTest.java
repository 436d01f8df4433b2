package io.inference.stub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.backend.Backend;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.ollama.OllamaBackend;
import io.inference.openai.OpenAiBackend;
import io.inference.upstream.Connection;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Failures of a server, reported in the same way by both of its clients. */
class BackendFailuresTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    /** A client and the beginning of a stream in its format. */
    enum Client {
        OLLAMA("{\"model\":\"m\",\"message\":{\"content\":\"a\"},\"done\":false}\n", "{\"error\":\"boom\"}\n", "{]\n"),
        OPENAI(
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n",
                "data: {\"error\":{\"message\":\"boom\"}}\n\n",
                "data: {]\n\n");

        final String chunk;
        final String error;
        final String malformed;

        Client(String chunk, String error, String malformed) {
            this.chunk = chunk;
            this.error = error;
            this.malformed = malformed;
        }

        Backend backend(URI url, Duration firstTokenTimeout) {
            return switch (this) {
                case OLLAMA -> new OllamaBackend(Connection.of("ollama", url, null, firstTokenTimeout));
                case OPENAI -> new OpenAiBackend(Connection.of("openai", url, null, firstTokenTimeout));
            };
        }
    }

    private final Call call = new Call("id", "test", Duration.ofMinutes(1));
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch disconnected = new CountDownLatch(1);
    private StubServer server;
    private Backend backend;

    @AfterEach
    void close() throws Exception {
        server.close();
        ((AutoCloseable) backend).close();
    }

    private void serve(Client client, StubServer.Handler handler) {
        serve(client, LONG, handler);
    }

    private void serve(Client client, Duration firstTokenTimeout, StubServer.Handler handler) {
        server = new StubServer(handler);
        backend = client.backend(server.url(), firstTokenTimeout);
    }

    private void silence(StubServer.Connection connection) {
        asked.countDown();
        connection.awaitDisconnect();
        disconnected.countDown();
    }

    @ParameterizedTest
    @EnumSource
    void nobodyThere(Client client) {
        serve(client, (request, connection) -> {});
        server.close();

        assertCode(ErrorCode.UNAVAILABLE, () -> backend.chat(chat(false), call));
        assertCode(ErrorCode.UNAVAILABLE, () -> backend.chat(chat(true), call));
        assertCode(ErrorCode.UNAVAILABLE, () -> backend.models());
    }

    @ParameterizedTest
    @CsvSource({
        "OLLAMA,500,BACKEND_FAILED",
        "OLLAMA,503,OVERLOADED",
        "OLLAMA,429,OVERLOADED",
        "OLLAMA,400,INVALID_REQUEST",
        "OLLAMA,401,BACKEND_FAILED",
        "OLLAMA,405,BACKEND_FAILED",
        "OPENAI,500,BACKEND_FAILED",
        "OPENAI,503,OVERLOADED",
        "OPENAI,429,OVERLOADED",
        "OPENAI,400,INVALID_REQUEST",
        "OPENAI,401,BACKEND_FAILED",
        "OPENAI,405,BACKEND_FAILED"
    })
    void anErrorStatusStreamedOrNot(Client client, int status, ErrorCode code) {
        serve(client, (request, connection) -> connection.whole(status, "text/plain", "{\"error\":\"boom\"}"));

        assertCode(code, () -> backend.chat(chat(false), call));
        assertCode(code, () -> backend.chat(chat(true), call));
    }

    @ParameterizedTest
    @EnumSource
    void aWholeAnswerThatCannotBeRead(Client client) {
        serve(client, (request, connection) -> connection.whole(200, "text/plain", "<html>"));

        assertCode(ErrorCode.BACKEND_FAILED, () -> backend.chat(chat(false), call));
        assertCode(ErrorCode.BACKEND_FAILED, () -> backend.models());
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyObjectIsNoAnswer(Client client) {
        serve(client, (request, connection) -> connection.whole(200, "application/json", "{}"));

        assertCode(ErrorCode.BACKEND_FAILED, () -> backend.chat(chat(false), call));
    }

    @ParameterizedTest
    @EnumSource
    void aStreamCutAfterItBegan(Client client) {
        serve(client, (request, connection) -> {
            connection.begin(200, "text/plain");
            connection.chunk(client.chunk);
            connection.close();
        });

        assertFirstThen(ErrorCode.BACKEND_FAILED);
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatEndsWithoutItsMarker(Client client) {
        serve(client, (request, connection) -> {
            connection.begin(200, "text/plain");
            connection.chunk(client.chunk);
            connection.end();
        });

        assertFirstThen(ErrorCode.BACKEND_FAILED);
    }

    @ParameterizedTest
    @EnumSource
    void anErrorInMidStream(Client client) {
        serve(client, (request, connection) -> {
            connection.begin(200, "text/plain");
            connection.chunk(client.chunk + client.error);
            connection.end();
        });

        assertFirstThen(ErrorCode.BACKEND_FAILED);
    }

    @ParameterizedTest
    @EnumSource
    void aMalformedFrameStopsTheServer(Client client) throws InterruptedException {
        serve(client, (request, connection) -> {
            connection.begin(200, "text/plain");
            connection.chunk(client.chunk + client.malformed);
            silence(connection);
        });

        assertFirstThen(ErrorCode.BACKEND_FAILED);
        assertDisconnected();
    }

    @ParameterizedTest
    @EnumSource
    void aFirstTokenThatDoesNotComeInTimeStopsTheServer(Client client) throws InterruptedException {
        serve(client, Duration.ofMillis(50), (request, connection) -> silence(connection));

        // Again if the time was over before the server had the request.
        do {
            assertCode(ErrorCode.TIMEOUT, () -> backend.chat(chat(true), call));
        } while (asked.getCount() > 0);
        assertDisconnected();
    }

    @ParameterizedTest
    @EnumSource
    void cancellingBeforeTheFirstTokenStopsTheServer(Client client) throws Exception {
        serve(client, (request, connection) -> silence(connection));

        CompletableFuture<ErrorCode> code = codeOf(() -> backend.chat(chat(true), call));
        asked.await();
        call.cancel(ErrorCode.CANCELLED);

        assertDisconnected();
        assertThat(code.get(20, TimeUnit.SECONDS)).isEqualTo(ErrorCode.CANCELLED);
    }

    @ParameterizedTest
    @EnumSource
    void cancellingAWholeAnswerStopsTheServer(Client client) throws Exception {
        serve(client, (request, connection) -> silence(connection));

        CompletableFuture<ErrorCode> code = codeOf(() -> backend.chat(chat(false), call));
        asked.await();
        call.cancel(ErrorCode.TIMEOUT);

        assertDisconnected();
        assertThat(code.get(20, TimeUnit.SECONDS)).isEqualTo(ErrorCode.TIMEOUT);
    }

    @ParameterizedTest
    @EnumSource
    void closingInMidStreamStopsTheServer(Client client) throws InterruptedException {
        serve(client, (request, connection) -> {
            connection.begin(200, "text/plain");
            connection.chunk(client.chunk);
            silence(connection);
        });
        ChunkStream stream = ((ChatAnswer.Streamed) backend.chat(chat(true), call)).chunks();
        assertThat(stream.next(LONG)).isEqualTo(Chunk.of(0, "a"));

        stream.close();

        assertDisconnected();
    }

    private void assertFirstThen(ErrorCode code) {
        try (ChunkStream stream = ((ChatAnswer.Streamed) backend.chat(chat(true), call)).chunks()) {
            assertThat(stream.next(LONG)).isEqualTo(Chunk.of(0, "a"));
            assertCode(code, () -> stream.next(LONG));
        }
    }

    private void assertDisconnected() throws InterruptedException {
        assertThat(disconnected.await(10, TimeUnit.SECONDS))
                .as("seen before any time limit of the client")
                .isTrue();
    }

    private static CompletableFuture<ErrorCode> codeOf(Runnable action) {
        return CompletableFuture.supplyAsync(() ->
                catchThrowableOfType(InferenceException.class, action::run).code());
    }

    private static void assertCode(ErrorCode code, Runnable action) {
        InferenceException failure = catchThrowableOfType(InferenceException.class, action::run);
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(code);
    }

    private static ChatRequest chat(boolean stream) {
        List<Message> messages = List.of(Message.of(Role.USER, "hi"));
        return new ChatRequest("m", messages, Options.DEFAULTS, List.of(), null, null, null, stream);
    }
}
