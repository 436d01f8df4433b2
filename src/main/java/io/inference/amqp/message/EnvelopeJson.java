package io.inference.amqp.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.job.JobError;
import io.inference.wire.Gzip;
import io.inference.wire.Json;
import io.inference.wire.JsonBounds;
import io.inference.wire.Utf8;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of this door's messages. The output depends only on the values, so that a repeated message is the same byte
 * for byte.
 */
public final class EnvelopeJson {
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonBounds.envelope()
                    .disable(JsonFactory.Feature.CHARSET_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    private static final ObjectReader VALUE = MAPPER.readerFor(Object.class);

    /** Encodings that some libraries set on every message although the body is not compressed. */
    private static final Set<String> NOT_CODED =
            Set.of("", "identity", "binary", "8bit", "utf-8", "utf8", "us-ascii", "ascii");

    private EnvelopeJson() {}

    /**
     * Decodes a message's body.
     *
     * @param coding the property content_encoding
     * @param most bytes, before and after it is decoded
     * @throws InferenceException with {@code TOO_LARGE}, {@code UNSUPPORTED} for an unknown coding, or
     *     {@code INVALID_REQUEST} if the body is not coded that way
     */
    static byte[] decoded(byte[] body, @Nullable String coding, long most) {
        if (body.length > most) {
            throw tooLarge(most);
        }
        String name = coding == null ? "" : coding.strip().toLowerCase(Locale.ROOT);
        if (NOT_CODED.contains(name)) {
            return body;
        }
        if (!name.equals("gzip") && !name.equals("x-gzip")) {
            throw InferenceException.unsupported(
                    "content_encoding", "a message may be sent as it is, or with the content_encoding gzip");
        }
        try {
            long length = Gzip.measure(new ByteArrayInputStream(body), most);
            if (length > most) {
                throw tooLarge(most);
            }
            return Gzip.decode(body, (int) length);
        } catch (IOException e) {
            throw InferenceException.invalid(
                    "content_encoding", "the body is not the gzip that content_encoding names: " + e.getMessage());
        }
    }

    private static InferenceException tooLarge(long most) {
        return new InferenceException(ErrorCode.TOO_LARGE, "the message is larger than " + most + " bytes");
    }

    /**
     * The fields of a message. The {@link Payload} of a request is checked to be JSON, and made into a map only if that
     * is needed.
     *
     * @throws InferenceException with {@code INVALID_REQUEST} if the bytes are no JSON object in UTF-8
     */
    public static Map<String, Object> message(byte[] body) {
        if (Utf8.firstInvalid(body, 0) >= 0) {
            throw invalid("the message is not valid UTF-8");
        }
        try (JsonParser parser = VALUE.createParser(body)) {
            JsonToken first = parser.nextToken();
            Map<String, Object> fields = new LinkedHashMap<>();
            if (first == JsonToken.START_OBJECT) {
                for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                    parser.nextToken();
                    fields.put(name, field(name, parser, body));
                }
            } else {
                parser.skipChildren();
            }
            if (first == null || parser.nextToken() != null) {
                throw invalidJson(parser.currentTokenLocation());
            }
            if (first != JsonToken.START_OBJECT) {
                throw invalid("the message is not a JSON object");
            }
            return fields;
        } catch (JsonProcessingException e) {
            throw invalidJson(e.getLocation());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The fields of a {@link Payload}. */
    public static Map<String, Object> object(byte[] json) {
        try {
            return VALUE.forType(new TypeReference<Map<String, Object>>() {}).readValue(json);
        } catch (JsonProcessingException e) {
            throw invalidJson(e.getLocation());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable Object field(String name, JsonParser parser, byte[] body) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT || !name.equals("payload")) {
            return VALUE.readValue(parser);
        }
        int start = (int) parser.currentTokenLocation().getByteOffset();
        String modelName = null;
        for (String inner = parser.nextFieldName(); inner != null; inner = parser.nextFieldName()) {
            boolean text = parser.nextToken() == JsonToken.VALUE_STRING;
            if (inner.equals("model")) {
                modelName = text ? parser.getText() : null;
            }
            parser.skipChildren();
        }
        int end = (int) parser.currentLocation().getByteOffset();
        return new Payload(Arrays.copyOfRange(body, start, end), modelName);
    }

    public static byte[] bytes(Object value) {
        return text(value).getBytes(StandardCharsets.UTF_8);
    }

    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new InferenceException(ErrorCode.INTERNAL, "a message cannot be written", e);
        }
    }

    public static Destination destination(@Nullable String json) {
        try {
            return json == null ? new Destination(null, null) : MAPPER.readValue(json, Destination.class);
        } catch (JsonProcessingException e) {
            throw new InferenceException(ErrorCode.INTERNAL, "a job's delivery cannot be read", e);
        }
    }

    /** An envelope around a payload that is JSON already and is copied unchanged. */
    static byte[] envelope(Map<String, ?> fields, byte[] payload) {
        byte[] head = bytes(fields);
        var out = new ByteArrayOutputStream(head.length + payload.length + 16);
        try {
            // The head without its closing brace.
            out.write(head, 0, head.length - 1);
            out.write(",\"payload\":".getBytes(StandardCharsets.US_ASCII));
            out.write(payload);
            out.write('}');
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot fail to be written", e);
        }
        return out.toByteArray();
    }

    /** The payload of a result that reports an error. */
    static byte[] failure(JobError error) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("message", error.message());
        fields.put("code", error.code().reason());
        fields.put("param", error.param());
        Map<String, Object> payload = new LinkedHashMap<>();
        payload.put("success", false);
        payload.put("error", fields);
        return bytes(payload);
    }

    private static InferenceException invalidJson(@Nullable JsonLocation where) {
        return invalid("the message is not valid JSON" + Json.place(where));
    }

    private static InferenceException invalid(String message) {
        return new InferenceException(ErrorCode.INVALID_REQUEST, message);
    }
}
