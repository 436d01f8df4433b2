package io.inference.amqp;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.job.JobError;
import io.inference.wire.Gzip;
import io.inference.wire.JsonBounds;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The JSON of this door's messages. What is written depends on its values alone, so that a repetition is the same byte for byte. */
final class EnvelopeJson {
    private static final ObjectMapper MAPPER = new ObjectMapper(
                    JsonBounds.envelope().build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    /** What some libraries say of every message: that its bytes are a text's, or just bytes. */
    private static final Set<String> NOT_CODED =
            Set.of("", "identity", "binary", "8bit", "utf-8", "utf8", "us-ascii", "ascii");

    private EnvelopeJson() {}

    /**
     * What a message's body says.
     *
     * @param coding the property content_encoding
     * @param most bytes, before and after it is decoded
     * @throws InferenceException with {@code TOO_LARGE}, {@code UNSUPPORTED} for a coding that is not known, or {@code INVALID_REQUEST}
     *     where the body is not coded so
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
