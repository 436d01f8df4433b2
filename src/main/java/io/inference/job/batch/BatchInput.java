package io.inference.job.batch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.inference.job.store.BatchJobs;
import io.inference.wire.JsonBounds;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the input of a batch: a JSON object a line, each a request with a unique name. */
final class BatchInput {
    static final int MOST_LINES = 50_000;
    static final int MOST_FAULTS = 100;

    private static final int LONGEST_LINE = 32 * 1024 * 1024;
    private static final int LONGEST_ID = 512;
    private static final ObjectReader JSON = new ObjectMapper(
                    JsonBounds.envelope().build())
            .readerFor(JsonNode.class)
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final String endpoint;
    private final List<LineFault> faults = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private int count;

    private BatchInput(String endpoint) {
        this.endpoint = endpoint;
    }

    /** Receives the lines in order. */
    interface Taker {
        /** Returns false to get no more lines. */
        boolean take(BatchJobs.Line line, int bytes);
    }

    /**
     * All faults, up to {@value #MOST_FAULTS}.
     *
     * @param endpoint that every line must name
     */
    static List<LineFault> check(InputStream in, String endpoint) throws IOException {
        BatchInput input = new BatchInput(endpoint);
        input.read(in, (line, bytes) -> true);
        if (input.count == 0 && input.faults.isEmpty()) {
            input.fault("empty_file", "the input file has no requests", null, null);
        }
        return input.faults;
    }

    /**
     * Reads an input that has no faults.
     *
     * @return how many lines there are
     */
    static int read(InputStream in, String endpoint, Taker taker) throws IOException {
        BatchInput input = new BatchInput(endpoint);
        input.read(in, taker);
        return input.count;
    }

    private void read(InputStream in, Taker taker) throws IOException {
        Lines lines = new Lines(in, LONGEST_LINE);
        for (byte[] text = lines.next(); text != null && faults.size() < MOST_FAULTS; text = lines.next()) {
            if (lines.isTooLong()) {
                fault("line_too_long", "the line is longer than " + LONGEST_LINE + " bytes", null, lines.number());
                continue;
            }
            if (new String(text, StandardCharsets.UTF_8).isBlank()) {
                continue;
            }
            count++;
            if (count > MOST_LINES) {
                fault("too_many_requests", "a batch may have " + MOST_LINES + " requests", null, lines.number());
                return;
            }
            BatchJobs.Line line = line(text, lines.number());
            if (line != null && !taker.take(line, text.length)) {
                return;
            }
        }
    }

    /** Null if the line has a fault. */
    private BatchJobs.@Nullable Line line(byte[] text, int number) throws IOException {
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return fault("invalid_json_line", "the line is not one JSON object", null, number);
        }
        if (!node.isObject()) {
            return fault("invalid_json_line", "the line is not one JSON object", null, number);
        }
        String id = node.path("custom_id").textValue();
        if (id == null || id.isBlank() || id.length() > LONGEST_ID || id.indexOf('\0') >= 0) {
            return fault(
                    "invalid_custom_id",
                    "'custom_id' must have 1 to " + LONGEST_ID + " characters",
                    "custom_id",
                    number);
        }
        if (!ids.add(id)) {
            return fault("duplicate_custom_id", "another line has this 'custom_id'", "custom_id", number);
        }
        if (!"POST".equals(node.path("method").textValue())) {
            return fault("invalid_method", "'method' must be POST", "method", number);
        }
        if (!endpoint.equals(node.path("url").textValue())) {
            return fault("invalid_url", "'url' must be the batch's endpoint, " + endpoint, "url", number);
        }
        JsonNode body = node.path("body");
        if (!body.isObject()) {
            return fault("invalid_body", "'body' must be the request, an object", "body", number);
        }
        if (body.path("stream").asBoolean()) {
            return fault("unsupported", "'stream' must be false in a batch", "body.stream", number);
        }
        return new BatchJobs.Line(number, id, body.toString());
    }

    private BatchJobs.@Nullable Line fault(
            String code, String message, @Nullable String param, @Nullable Integer line) {
        faults.add(new LineFault(code, message, param, line));
        return null;
    }
}
