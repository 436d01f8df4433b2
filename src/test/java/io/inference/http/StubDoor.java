package io.inference.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.StreamEvent;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.HttpErrors;
import io.inference.http.answer.StreamWriter;
import io.inference.http.format.WireRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The wire formats behind the JDK's own server, for official clients, without routes or models. */
public final class StubDoor implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    public StubDoor() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.setExecutor(threads);
        server.start();
    }

    public String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /**
     * @param flow returns the answer, an {@code api} record, for a request; the request is null if only the model is
     *     queried
     */
    public StubDoor serve(
            String path, Function<byte[], WireRequest<?>> reader, Function<@Nullable InferenceRequest, Object> flow) {
        server.createContext(
                path,
                exchange -> answer(exchange, body -> {
                    WireRequest<?> request = reader.apply(body);
                    Call call = new Call("1", "rest", Duration.ofMinutes(1));
                    return request.answer(flow.apply(request.request()), call);
                }));
        return this;
    }

    public StubDoor serve(String path, HttpAnswer answer) {
        server.createContext(path, exchange -> answer(exchange, body -> answer));
        return this;
    }

    private static void answer(HttpExchange exchange, Function<byte[], HttpAnswer> door) throws IOException {
        try (exchange) {
            HttpAnswer answer;
            try {
                answer = door.apply(exchange.getRequestBody().readAllBytes());
            } catch (InferenceException e) {
                answer = HttpErrors.answer(exchange.getRequestURI().getPath(), "/v1", "1", e);
            }
            exchange.getResponseHeaders().set("Content-Type", answer.contentType());
            switch (answer) {
                case HttpAnswer.Copied copied -> throw new IllegalStateException("no wire format copies");
                case HttpAnswer.Content content -> throw new IllegalStateException("no wire format sends files");
                case HttpAnswer.Whole whole -> {
                    exchange.sendResponseHeaders(whole.status(), whole.body().length);
                    exchange.getResponseBody().write(whole.body());
                }
                case HttpAnswer.ObjectList list -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write(list.framed().body());
                }
                case HttpAnswer.Streamed streamed -> {
                    exchange.sendResponseHeaders(200, 0);
                    stream(streamed, exchange.getResponseBody());
                }
            }
        }
    }

    private static void stream(HttpAnswer.Streamed answer, OutputStream out) throws IOException {
        var writer = new StreamWriter(answer.framing(), answer.encoder(), out);
        try (var chunks = answer.chunks()) {
            StreamEvent event = chunks.next(Duration.ofSeconds(5));
            while (!(event instanceof StreamEvent.End)) {
                if (event instanceof Chunk chunk) {
                    writer.chunk(chunk);
                } else {
                    writer.keepAlive();
                }
                out.flush();
                event = chunks.next(Duration.ofSeconds(5));
            }
            writer.end();
        } catch (InferenceException e) {
            writer.failure(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
