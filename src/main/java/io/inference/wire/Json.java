package io.inference.wire;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Writes JSON as bytes in UTF-8, and reads JSON from text. */
public final class Json {
    private static final JsonFactory FACTORY = JsonBounds.request()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);

    private Json() {}

    /** Writes one JSON value. */
    @FunctionalInterface
    public interface Content {
        void writeTo(JsonGenerator out) throws IOException;
    }

    /** The bytes of one JSON value. Its texts must be {@link #wellFormed}. */
    public static byte[] bytes(Content content) {
        return bytes(FACTORY, content);
    }

    /** The bytes of one JSON value, written by another factory. */
    public static byte[] bytes(JsonFactory factory, Content content) {
        var out = new ByteArrayOutputStream(512);
        try (JsonGenerator generator = factory.createGenerator(out, JsonEncoding.UTF8)) {
            content.writeTo(generator);
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

    /** The one value that JSON text holds, within the bounds of requests; null if the text is not exactly one value. */
    public static @Nullable JsonNode value(String json) {
        try (JsonParser parser = FACTORY.createParser(json)) {
            JsonNode node = MAPPER.readTree(parser);
            return node == null || node.isMissingNode() || parser.nextToken() != null ? null : node;
        } catch (JsonProcessingException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies JSON text, such as a tool's arguments, as a value; text that is no JSON becomes a string. */
    public static void writeText(JsonGenerator out, String json) throws IOException {
        JsonNode node = value(json);
        if (node == null) {
            out.writeString(wellFormed(json));
        } else {
            // As a string: the byte generator throws at an unpaired surrogate, which JSON can hold escaped.
            out.writeRawValue(wellFormed(node.toString()));
        }
    }

    /** Writes a value made of maps, lists, strings, numbers and booleans. */
    public static void writeValue(JsonGenerator out, Object value) throws IOException {
        out.writeRawValue(wellFormed(MAPPER.writeValueAsString(value)));
    }

    /** The text with every unpaired surrogate replaced, so that it has a UTF-8 form. */
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

    /** The position of an error in JSON, to append to a message about it; empty if it is not known. */
    public static String place(@Nullable JsonLocation where) {
        return where == null ? "" : " at line " + where.getLineNr() + ", column " + where.getColumnNr();
    }

    private static String replaceLoneSurrogates(String text) {
        var result = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .forEach(result::appendCodePoint);
        return result.toString();
    }
}
