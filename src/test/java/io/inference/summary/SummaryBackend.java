package io.inference.summary;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An OpenAI-compatible server with the model {@code sum}, whose context has 1,100 tokens. A summary is the first words
 * of the text in brackets; each request uses 10 and 2 tokens. What a text contains decides the answer: with
 * {@code WAIT} it waits for its caller to disconnect, with {@code HOLD} also for a permit; with {@code STRICT} and more
 * than 900 characters it is refused as too long; with {@code BROKEN} it fails once another request waits.
 */
final class SummaryBackend implements AutoCloseable {
    static final String MODEL = "sum";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern TEXT = Pattern.compile("(?s)\\nbegin ([0-9a-f]{16})\\n(.*)\\nend \\1\\n");
    private static final int STRICT_CHARACTERS = 900;

    private final List<JsonNode> asked = new CopyOnWriteArrayList<>();
    private final Semaphore permits = new Semaphore(0);
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger abandoned = new AtomicInteger();
    private final StubServer server = new StubServer(this::answer);

    /** The service's option that names it. */
    String option() {
        return "--inference-services-openai-base-url=" + server.url() + "/v1";
    }

    /** Requests that contain a text, in order. */
    List<JsonNode> asked(String text) {
        return asked.stream().filter(body -> text(body).contains(text)).toList();
    }

    /** The text that a request is about. */
    static String text(JsonNode body) {
        Matcher text = TEXT.matcher(body.at("/messages/1/content").asText());
        return text.find() ? text.group(2) : "";
    }

    /** How many requests wait now. */
    int waiting() {
        return waiting.get();
    }

    /** How many callers disconnected while they waited. */
    int abandoned() {
        return abandoned.get();
    }

    void permit(int count) {
        permits.release(count);
    }

    private void answer(StubServer.Request request, StubServer.Connection connection) throws Exception {
        if (request.path().endsWith("/models")) {
            connection.whole(
                    200,
                    "application/json",
                    "{\"object\":\"list\",\"data\":[{\"id\":\"sum\",\"max_model_len\":1100}]}");
            return;
        }
        JsonNode body = JSON.readTree(request.body());
        asked.add(body);
        String text = text(body);
        boolean holds = text.contains("HOLD");
        if ((holds || text.contains("WAIT")) && !awaitEnd(holds, connection)) {
            return;
        }
        if (text.contains("BROKEN")) {
            await().until(() -> waiting.get() > 0);
        }
        if (text.contains("BROKEN") || text.contains("STRICT") && text.length() > STRICT_CHARACTERS) {
            String code = text.contains("BROKEN") ? "broken" : "context_length_exceeded";
            connection.whole(400, "application/json", "{\"error\":{\"message\":\"no\",\"code\":\"" + code + "\"}}");
            return;
        }
        String summary = "[" + text.substring(0, Math.min(20, text.length())).strip() + "]";
        if (body.path("stream").asBoolean()) {
            stream(summary, connection);
        } else {
            connection.whole(
                    200,
                    "application/json",
                    "{\"model\":\"sum\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                            + JSON.writeValueAsString(summary) + "},\"finish_reason\":\"stop\"}],"
                            + "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2}}",
                    "Connection: " + (holds ? "close" : "keep-alive"));
        }
    }

    private static void stream(String summary, StubServer.Connection connection) throws IOException {
        connection.begin(200, "text/event-stream");
        for (String piece : summary.split("(?<= )")) {
            connection.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":" + JSON.writeValueAsString(piece)
                    + "}}]}\n\n");
        }
        connection.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
        connection.chunk("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2}}\n\n"
                + "data: [DONE]\n\n");
        connection.end();
    }

    private boolean awaitEnd(boolean holds, StubServer.Connection connection) throws InterruptedException {
        waiting.incrementAndGet();
        Thread watch = Thread.ofVirtual().start(connection::awaitDisconnect);
        try {
            while (watch.isAlive()) {
                if (permits.tryAcquire(holds ? 1 : Integer.MAX_VALUE, 10, TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
            abandoned.incrementAndGet();
            return false;
        } finally {
            waiting.decrementAndGet();
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
