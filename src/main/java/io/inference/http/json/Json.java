package io.inference.http.json;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.wire.JsonBounds;
import io.inference.wire.Utf8;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/** Reads JSON bodies and makes JSON bytes. */
public final class Json {
    /**
     * Buffers come from a shared pool: those of Jackson's default belong to a thread, and each of ours is a virtual one that serves one
     * request.
     */
    private static final JsonFactory FACTORY = JsonBounds.request()
            .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);

    /** What Jackson adds to its messages about its own insides. */
    private static final Pattern INSIDES =
            Pattern.compile("\\s*\\(start marker at .*|,? from `[^`]*`|:? enable `[^`]*` to allow|\\s+at \\[Source.*");

    private Json() {}

    /** What writes one JSON value. */
    @FunctionalInterface
    public interface Content {
        void writeTo(JsonGenerator out) throws IOException;
    }

    /**
     * Reads a whole body.
     *
     * @throws InferenceException where it is not one JSON value in UTF-8, saying at which line and column
     */
    static JsonNode parse(byte[] body) {
        int start = startsWithByteOrderMark(body) ? 3 : 0;
        int invalid = Utf8.firstInvalid(body, start);
        if (invalid >= 0) {
            throw invalid("the body is not valid UTF-8 at byte " + (invalid + 1));
        }
        try (JsonParser parser = FACTORY.createParser(body, start, body.length - start)) {
            JsonNode node = MAPPER.readTree(parser);
            if (node == null || node.isMissingNode()) {
                throw invalid("the body is empty; it must be a JSON object");
            }
            if (parser.nextToken() != null) {
                var where = parser.currentTokenLocation();
                throw invalid("the body goes on after its JSON object, at " + where.getLineNr() + ", column "
                        + where.getColumnNr());
            }
            return node;
        } catch (JsonProcessingException e) {
            throw invalid(describe(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bytes of one JSON value. */
    public static byte[] bytes(Content content) {
        var out = new ByteArrayOutputStream(512);
        try {
            write(out, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Writes to a stream, which stays open and is not flushed. Raw text may be written around the value. */
    public static void write(OutputStream out, Content content) throws IOException {
        try (JsonGenerator generator = FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
            content.writeTo(generator);
        }
    }

    /** Copies JSON text, such as a tool's arguments, as a value; text that is no JSON becomes a string. */
    public static void writeText(JsonGenerator out, String json) throws IOException {
        JsonNode node;
        try (JsonParser parser = FACTORY.createParser(json)) {
            node = MAPPER.readTree(parser);
            if (node == null || node.isMissingNode() || parser.nextToken() != null) {
                node = null;
            }
        } catch (JsonProcessingException e) {
            node = null;
        }
        if (node == null) {
            out.writeString(wellFormed(json));
        } else {
            // By way of a string: the byte generator throws at half a surrogate pair, which JSON can hold escaped.
            out.writeRawValue(wellFormed(node.toString()));
        }
    }

    /** Writes whatever maps, lists, strings, numbers and flags make. */
    public static void writeValue(JsonGenerator out, Object value) throws IOException {
        out.writeRawValue(wellFormed(MAPPER.writeValueAsString(value)));
    }

    /** The text with every half of a surrogate pair that has lost its other half replaced, so that it has a UTF-8 form. */
    public static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            return replaceLoneSurrogates(text);
        }
        return text;
    }

    private static String replaceLoneSurrogates(String text) {
        var result = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .forEach(result::appendCodePoint);
        return result.toString();
    }

    private static boolean startsWithByteOrderMark(byte[] body) {
        return body.length >= 3 && body[0] == (byte) 0xEF && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF;
    }

    private static String describe(JsonProcessingException e) {
        var where = e.getLocation();
        String place = where == null ? "" : " at line " + where.getLineNr() + ", column " + where.getColumnNr();
        String what = INSIDES.matcher(String.valueOf(e.getOriginalMessage())).replaceAll("");
        return "the body is not valid JSON" + place + ": " + wellFormed(what);
    }

    private static InferenceException invalid(String message) {
        return new InferenceException(ErrorCode.INVALID_REQUEST, message);
    }
}
