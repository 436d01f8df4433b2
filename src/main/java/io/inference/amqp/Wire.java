package io.inference.amqp;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import io.inference.job.JobError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON of this door's messages. What is written depends on its values alone, so that a repetition is the same byte for byte. */
final class Wire {
    /** Deeper than any request that people write, and far from the end of the stack. */
    private static final int MAX_NESTING = 128;

    /** The length of a text is bound by that of the message. */
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    private Wire() {}

    /** @throws InferenceException with {@code INVALID_REQUEST} where the bytes are no JSON object in UTF-8 */
    static Map<?, ?> object(byte[] body) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            Object value = MAPPER.readValue(text, Object.class);
            if (value instanceof Map<?, ?> map) {
                return map;
            }
            throw invalid("the message is not a JSON object");
        } catch (CharacterCodingException e) {
            throw invalid("the message is not valid UTF-8");
        } catch (JsonProcessingException e) {
            var where = e.getLocation();
            throw invalid("the message is not valid JSON"
                    + (where == null ? "" : " at line " + where.getLineNr() + ", column " + where.getColumnNr()));
        }
    }

    static byte[] bytes(Object value) {
        return text(value).getBytes(StandardCharsets.UTF_8);
    }

    static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new InferenceException(ErrorCode.INTERNAL, "a message cannot be written", e);
        }
    }

    static Destination destination(@Nullable String json) {
        try {
            return json == null ? new Destination(null, null) : MAPPER.readValue(json, Destination.class);
        } catch (JsonProcessingException e) {
            throw new InferenceException(ErrorCode.INTERNAL, "a job's delivery cannot be read", e);
        }
    }

    /** An envelope around a payload that is JSON already, which goes in as it is. */
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

    /** The payload of a result that is none. */
    static byte[] failure(JobError error) {
        Map<String, @Nullable Object> told = new LinkedHashMap<>();
        told.put("message", error.message());
        told.put("code", error.code().reason());
        told.put("param", error.param());
        Map<String, Object> payload = new LinkedHashMap<>();
        payload.put("success", false);
        payload.put("error", told);
        return bytes(payload);
    }

    private static InferenceException invalid(String message) {
        return new InferenceException(ErrorCode.INVALID_REQUEST, message);
    }
}
