package io.inference.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An OpenAI-compatible server with the model {@code echo}, which repeats the prompt. A prompt that starts with
 * {@code wait} waits for a permit or for its caller to disconnect; {@code fail once} fails the first time.
 */
public final class EchoBackend implements AutoCloseable {
    public static final String MODEL = "echo";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Semaphore permits = new Semaphore(0);
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger abandoned = new AtomicInteger();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final StubServer server = new StubServer(this::answer);

    /** The service's options that name it. */
    public String option() {
        return "--inference-services-openai-base-url=" + server.url() + "/v1";
    }

    /** The prompts so far, in order. */
    public List<String> asked() {
        return asked;
    }

    /** Lets so many of the waiting calls continue. */
    public void permit(int count) {
        permits.release(count);
    }

    /** How many callers disconnected while they waited. */
    public int abandoned() {
        return abandoned.get();
    }

    /** The body of a chat. */
    public static String chat(String text) {
        ObjectNode body = JSON.createObjectNode().put("model", MODEL);
        body.putArray("messages").addObject().put("role", "user").put("content", text);
        return body.toString();
    }

    private void answer(StubServer.Request request, StubServer.Connection connection) throws Exception {
        if (request.path().endsWith("/models")) {
            connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"" + MODEL + "\"}]}");
            return;
        }
        JsonNode body = JSON.readTree(request.body());
        if (request.path().endsWith("/embeddings")) {
            connection.whole(
                    200,
                    "application/json",
                    "{\"object\":\"list\",\"model\":\"echo\",\"data\":[{\"index\":0,\"embedding\":[0.6,0.8]}],"
                            + "\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}}");
            return;
        }
        String text = body.at("/messages/0/content").asText();
        asked.add(text);
        if (text.startsWith("wait") && !awaitPermit(connection)) {
            return;
        }
        if (text.startsWith("fail once") && failures.getAndIncrement() == 0) {
            connection.whole(500, "application/json", "{\"error\":{\"message\":\"broken\"}}");
            return;
        }
        if (body.path("stream").asBoolean()) {
            stream(text, connection);
        } else {
            // Closed after one that waited: its watcher would take the next request for a disconnect.
            connection.whole(
                    200,
                    "application/json",
                    whole(text),
                    "Connection: " + (text.startsWith("wait") ? "close" : "keep-alive"));
        }
    }

    private boolean awaitPermit(StubServer.Connection connection) throws InterruptedException {
        AtomicInteger gone = new AtomicInteger();
        Thread watch = Thread.ofVirtual().start(() -> {
            connection.awaitDisconnect();
            gone.incrementAndGet();
        });
        while (watch.isAlive()) {
            if (permits.tryAcquire(10, TimeUnit.MILLISECONDS)) {
                return true;
            }
        }
        abandoned.addAndGet(gone.get());
        return false;
    }

    private static void stream(String text, StubServer.Connection connection) throws IOException {
        connection.begin(200, "text/event-stream");
        for (String word : text.split("(?<= )")) {
            connection.chunk("data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,"
                    + "\"delta\":{\"content\":" + JSON.writeValueAsString(word) + "}}]}\n\n");
        }
        connection.chunk(
                "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
        connection.chunk("data: [DONE]\n\n");
        connection.end();
    }

    private static String whole(String text) throws IOException {
        return "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"echo\",\"choices\":[{\"index\":0,\"message\":"
                + "{\"role\":\"assistant\",\"content\":" + JSON.writeValueAsString(text)
                + "},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,"
                + "\"total_tokens\":2}}";
    }

    @Override
    public void close() {
        server.close();
    }
}
