package io.inference.stub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Answers with the recordings of a real Ollama 0.17.4 under {@code src/test/resources/ollama-0.17.4}, native and
 * {@code /v1}. A request finds its recording by path and by the fields that determine the answer; options are not
 * compared. Received bodies can be inspected.
 */
public final class RecordedOllama implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> CASES = List.of(
            "chat",
            "chat-stream",
            "chat-length-limit",
            "chat-logprobs",
            "chat-empty-messages-loads",
            "chat-json-schema",
            "chat-images-unsupported",
            "chat-no-model",
            "chat-think-unsupported",
            "chat-tools-unsupported",
            "chat-unknown-model",
            "chat-wrong-type",
            "embed",
            "embed-empty",
            "embeddings-legacy",
            "generate",
            "generate-stream",
            "not-found",
            "ps",
            "show",
            "show-unknown",
            "tags",
            "unload",
            "version",
            "v1-chat",
            "v1-chat-stream",
            "v1-embeddings",
            "v1-models");
    private static final List<String> DECISIVE =
            List.of("model", "messages", "prompt", "tools", "think", "format", "logprobs", "keep_alive");

    private final List<JsonNode> recordings =
            CASES.stream().map(RecordedOllama::recording).toList();
    private final StubServer server = new StubServer(this::answer);

    /** One recording: {@code request} and {@code response}. */
    public static JsonNode recording(String name) {
        try (InputStream in = RecordedOllama.class.getResourceAsStream("/ollama-0.17.4/" + name + ".json")) {
            return JSON.readTree(Objects.requireNonNull(in, name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI url() {
        return server.url();
    }

    public StubServer server() {
        return server;
    }

    /** Received bodies of a path, oldest first. */
    public List<JsonNode> sentTo(String path) {
        return server.requests().stream()
                .filter(request -> request.path().equals(path))
                .map(request -> parse(request.body()))
                .toList();
    }

    private void answer(StubServer.Request request, StubServer.Connection connection) throws IOException {
        Optional<JsonNode> recording = find(request);
        if (recording.isEmpty()) {
            connection.whole(500, "text/plain", "no recording of " + request.path() + " " + request.body());
            return;
        }
        JsonNode response = recording.get().get("response");
        String type = response.at("/headers/Content-Type").asText();
        int status = response.get("status").asInt();
        String body = response.get("body").asText();
        if (!response.at("/headers/Transfer-Encoding").asText().equals("chunked")) {
            connection.whole(status, type, body);
            return;
        }
        connection.begin(status, type);
        for (String line : body.split("(?<=\n)")) {
            connection.chunk(line);
        }
        connection.end();
    }

    private Optional<JsonNode> find(StubServer.Request request) {
        JsonNode body = parse(request.body());
        List<JsonNode> same = recordings.stream()
                .filter(recording -> matches(recording.get("request"), request, body))
                .toList();
        boolean streams = streams(request.path(), body);
        // Errors were recorded once, for both kinds of requests.
        return Stream.concat(
                        same.stream().filter(r -> streams(request.path(), r.at("/request/body")) == streams),
                        same.stream().filter(r -> r.at("/response/status").asInt() != 200))
                .findFirst();
    }

    private static boolean matches(JsonNode recorded, StubServer.Request request, JsonNode body) {
        if (!recorded.get("path").asText().equals(request.path())
                || !recorded.get("method").asText().equals(request.method())) {
            return false;
        }
        JsonNode wanted = recorded.get("body");
        return DECISIVE.stream().allMatch(field -> wanted.path(field).equals(body.path(field)))
                && input(wanted).equals(input(body));
    }

    private static boolean streams(String path, JsonNode body) {
        return body.path("stream").asBoolean(!path.startsWith("/v1"));
    }

    /** One text and a list of one are the same. */
    private static JsonNode input(JsonNode body) {
        JsonNode input = body.path("input");
        return input.isTextual() ? JSON.createArrayNode().add(input) : input;
    }

    private static JsonNode parse(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
