package io.inference.local.store;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Serves one model on the loopback interface as Hugging Face does, and can misbehave on request. */
final class ModelServer implements AutoCloseable {
    /** Answers one request; the default serves the content, with ranges. */
    @FunctionalInterface
    interface Behaviour {
        void answer(HttpExchange exchange, byte[] content) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final byte[] content;
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<Behaviour> next = Collections.synchronizedList(new ArrayList<>());

    ModelServer(byte[] content) throws IOException {
        this.content = content.clone();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    /** The next request without a behaviour gets this one. */
    void nextTime(Behaviour behaviour) {
        next.add(behaviour);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    /** The requests: path, range and authorization. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.add("%s %s %s %s"
                .formatted(
                        exchange.getRequestHeaders().getFirst("Host").split(":")[0],
                        exchange.getRequestURI(),
                        exchange.getRequestHeaders().getFirst("Range"),
                        exchange.getRequestHeaders().getFirst("Authorization")));
        try (exchange) {
            (next.isEmpty() ? (Behaviour) ModelServer::serve : next.removeFirst()).answer(exchange, content);
        }
    }

    static void serve(HttpExchange exchange, byte[] content) throws IOException {
        int from = offset(exchange.getRequestHeaders().getFirst("Range"));
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        exchange.getResponseBody().write(content, from, content.length - from);
    }

    /** Announces the full length and breaks off after {@code bytes}. */
    static Behaviour breakingOffAfter(int bytes) {
        return (exchange, content) -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, bytes);
            exchange.getResponseBody().flush();
        };
    }

    static Behaviour status(int status) {
        return (exchange, content) -> exchange.sendResponseHeaders(status, -1);
    }

    private static int offset(@Nullable String range) {
        return range == null ? 0 : Integer.parseInt(range.replace("bytes=", "").replace("-", ""));
    }

    @Override
    public void close() {
        server.stop(0);
        executor.close();
    }
}
