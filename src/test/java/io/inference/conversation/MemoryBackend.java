package io.inference.conversation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An OpenAI-compatible server with the model {@code echo}, which answers {@code re: } and the last text, and remembers
 * the messages that it got. Of texts that begin with these words: {@code wait} waits for a permit, {@code pause}
 * pauses after the first word of a stream, {@code break} ends its stream in the middle, {@code fail} fails,
 * {@code call} calls a function.
 *
 * <p>Of a request to summarize the answer is the last line of the text. If the text has {@code INVENT}, it has a number
 * that the text lacks; with {@code REFUSE} it fails; with {@code HOLD} it waits for a permit. Of a request for values
 * the answer lists what messages such as "my hobby is chess." say.
 */
final class MemoryBackend implements AutoCloseable {
    static final String MODEL = "echo";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern TEXT = Pattern.compile("(?s)\\nbegin ([0-9a-f]{16})\\n(.*)\\nend \\1\\n");

    private static final Pattern FACT = Pattern.compile("(?m)^\\[(\\d+)\\] user: my ([a-z ]+) is ([a-z ]+)\\.$");

    private final Semaphore permits = new Semaphore(0);
    private final Semaphore pauses = new Semaphore(0);
    private final List<JsonNode> asked = new CopyOnWriteArrayList<>();
    private final List<JsonNode> summarized = new CopyOnWriteArrayList<>();
    private final Semaphore held = new Semaphore(0);
    private volatile JsonNode lastBody;
    private final StubServer server = new StubServer(this::answer);

    /** The service's options that name it. */
    String option() {
        return "--inference-services-openai-base-url=" + server.url() + "/v1";
    }

    /** The messages of each request so far. */
    List<JsonNode> asked() {
        return asked;
    }

    /** The messages of each request to summarize so far, which are not in {@link #asked}. */
    List<JsonNode> summarized() {
        return summarized;
    }

    /** Lets so many of the summaries that wait continue. */
    void finishSummaries(int count) {
        held.release(count);
    }

    /** Takes back what the summaries so far have left. */
    void holdSummaries() {
        int ignored = held.drainPermits();
    }

    /** The contents of the messages of the last request. */
    List<String> lastAsked() {
        return asked.getLast().findValuesAsText("content");
    }

    /** The body of the last request. */
    JsonNode lastBody() {
        return lastBody;
    }

    boolean wasAsked(String text) {
        return asked.stream().anyMatch(messages -> last(messages).equals(text));
    }

    /** Lets so many of the waiting calls continue. */
    void permit(int count) {
        permits.release(count);
    }

    /** Lets so many of the streams that pause continue. */
    void resume(int count) {
        pauses.release(count);
    }

    private static String last(JsonNode messages) {
        return messages.get(messages.size() - 1).path("content").asText();
    }

    private void answer(StubServer.Request request, StubServer.Connection connection) throws Exception {
        if (request.path().endsWith("/models")) {
            connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"" + MODEL + "\"}]}");
            return;
        }
        JsonNode body = JSON.readTree(request.body());
        JsonNode messages = body.path("messages");
        String text = last(messages);
        if (text.startsWith("Summarize the text")) {
            summarize(messages, connection);
            return;
        }
        if (text.contains("number of the message | what it is")) {
            connection.whole(200, "application/json", whole(values(text)).replace("\"re: ", "\""));
            return;
        }
        lastBody = body;
        asked.add(messages);
        if (text.startsWith("wait")) {
            permits.acquire();
        }
        if (text.startsWith("fail")) {
            connection.whole(500, "application/json", "{\"error\":{\"message\":\"broken\"}}");
        } else if (body.path("stream").asBoolean()) {
            stream(text, connection);
        } else {
            connection.whole(200, "application/json", whole(text));
        }
    }

    private void summarize(JsonNode messages, StubServer.Connection connection) throws Exception {
        summarized.add(messages);
        Matcher text = TEXT.matcher(last(messages));
        String data = text.find() ? text.group(2) : "";
        if (data.contains("HOLD")) {
            held.acquire();
        }
        if (data.contains("REFUSE")) {
            connection.whole(500, "application/json", "{\"error\":{\"message\":\"broken\"}}");
            return;
        }
        String line = data.lines().reduce("", (before, each) -> each).strip();
        String summary = data.contains("INVENT") ? line + " It cost 987654." : line;
        connection.whole(200, "application/json", whole(summary).replace("\"re: ", "\""));
    }

    /** What "my … is …" says, and a value that no message has. */
    private static String values(String text) {
        StringBuilder lines = new StringBuilder("1 | secret | something that nobody said\n");
        Matcher fact = FACT.matcher(text);
        while (fact.find()) {
            lines.append("%s | %s | %s%n".formatted(fact.group(1), fact.group(2), fact.group(3)));
        }
        return lines.toString();
    }

    private void stream(String text, StubServer.Connection connection) throws Exception {
        connection.begin(200, "text/event-stream");
        boolean first = true;
        for (String word : ("re: " + text).split("(?<= )")) {
            connection.chunk("data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,"
                    + "\"delta\":{\"content\":" + JSON.writeValueAsString(word) + "}}]}\n\n");
            if (first && text.startsWith("pause")) {
                pauses.acquire();
            }
            if (!first && text.startsWith("break")) {
                connection.close();
                return;
            }
            first = false;
        }
        connection.chunk(
                "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
        connection.chunk("data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,"
                + "\"total_tokens\":10}}\n\n");
        connection.chunk("data: [DONE]\n\n");
        connection.end();
    }

    private static String whole(String text) throws IOException {
        String message = text.startsWith("call")
                ? "\"content\":null,\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\"function\":"
                        + "{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Rome\\\"}\"}}]"
                : "\"content\":" + JSON.writeValueAsString("re: " + text);
        String reason = text.startsWith("call") ? "tool_calls" : "stop";
        return "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"echo\",\"system_fingerprint\":\"fp\","
                + "\"choices\":[{\"index\":0,\"message\":"
                + "{\"role\":\"assistant\"," + message + "},\"finish_reason\":\"" + reason
                + "\"}],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10}}";
    }

    @Override
    public void close() {
        held.release(1000);
        permits.release(1000);
        pauses.release(1000);
        server.close();
    }
}
