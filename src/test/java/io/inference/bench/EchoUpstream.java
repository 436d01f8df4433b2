package io.inference.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * An OpenAI-compatible server with the model {@code mock}, whose answer contains the question; counts how often it
 * received each. A streamed answer to a question that begins with {@code held} stops after its first word until it is
 * released.
 */
final class EchoUpstream implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WORDS = 16;
    private static final int MILLIS_A_WORD = 10;

    private final Map<String, Integer> asked = new ConcurrentHashMap<>();
    private final Semaphore held = new Semaphore(0);
    private final HttpServer server;

    EchoUpstream() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    /** Without a path. */
    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The complete answer to a question. */
    static String answerTo(String question) {
        StringBuilder answer = new StringBuilder();
        for (int i = 0; i < WORDS; i++) {
            answer.append(word(question, i));
        }
        return answer.toString();
    }

    private static String word(String question, int index) {
        return index == 0 ? question : " " + index;
    }

    /** Questions that were received more than once: calls that ran twice. */
    List<String> askedTwice() {
        return asked.entrySet().stream()
                .filter(question -> question.getValue() > 1)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Streams that wait. */
    int held() {
        return held.getQueueLength();
    }

    /** Lets the streams that wait continue. */
    void release() {
        held.release(held());
    }

    /** Clears the counts. */
    void forget() {
        asked.clear();
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        try (exchange) {
            if (body.length == 0) {
                whole(exchange, "{\"object\":\"list\",\"data\":[{\"id\":\"mock\",\"object\":\"model\"}]}");
                return;
            }
            var request = JSON.readTree(body);
            String question = request.at("/messages/0/content").asText();
            asked.merge(question, 1, Integer::sum);
            if (request.path("stream").asBoolean()) {
                stream(exchange, question);
            } else {
                whole(
                        exchange,
                        "{\"model\":\"mock\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                                + "\"content\":\""
                                + answerTo(question) + "\"},\"finish_reason\":\"stop\"}]}");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void whole(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private void stream(HttpExchange exchange, String question) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        for (int i = 0; i < WORDS; i++) {
            if (i == 1 && question.startsWith("held")) {
                held.acquire();
            }
            write(
                    out,
                    "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + word(question, i)
                            + "\"},\"finish_reason\":" + (i == WORDS - 1 ? "\"stop\"" : "null") + "}]}");
            TimeUnit.MILLISECONDS.sleep(MILLIS_A_WORD);
        }
        write(out, "[DONE]");
    }

    private static void write(OutputStream out, String event) throws IOException {
        out.write(("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
