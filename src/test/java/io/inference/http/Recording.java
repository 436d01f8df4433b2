package io.inference.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A request to a real Ollama 0.17.4 and its answer: see {@code src/test/resources/ollama-0.17.4}. */
public record Recording(byte[] request, int status, String contentType, String body) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static Recording named(String name) {
        try (InputStream in = Recording.class.getResourceAsStream("/ollama-0.17.4/" + name + ".json")) {
            JsonNode recording = JSON.readTree(in);
            JsonNode sent = recording.path("request").path("body");
            JsonNode response = recording.path("response");
            return new Recording(
                    (sent.isTextual() ? sent.textValue() : sent.toString()).getBytes(StandardCharsets.UTF_8),
                    response.path("status").intValue(),
                    response.path("headers").path("Content-Type").textValue(),
                    response.path("body").textValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The answer's JSON; for streams, one value a line. */
    public List<JsonNode> values() {
        return values(body);
    }

    public static List<JsonNode> values(String lines) {
        return lines.lines()
                .map(line -> {
                    try {
                        return JSON.readTree(line);
                    } catch (IOException e) {
                        throw new UncheckedIOException(line, e);
                    }
                })
                .toList();
    }

    /** The fields of a value, at every depth, in their order: clients rely on these when the values differ. */
    public static String shape(JsonNode value) {
        StringBuilder shape = new StringBuilder();
        describe(value, shape);
        return shape.toString();
    }

    private static void describe(JsonNode value, StringBuilder shape) {
        if (value.isObject()) {
            shape.append('{');
            value.fields().forEachRemaining(field -> {
                shape.append(field.getKey()).append(':');
                describe(field.getValue(), shape);
                shape.append(' ');
            });
            shape.append('}');
        } else if (value.isArray()) {
            shape.append('[');
            value.forEach(item -> describe(item, shape));
            shape.append(']');
        } else {
            shape.append(value.getNodeType());
        }
    }
}
