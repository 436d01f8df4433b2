package io.inference.http.content;

import io.inference.http.answer.HttpAnswer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stored bytes as they can be asked for.
 *
 * @param source gives a part of them
 * @param length of all of them
 * @param contentType such as {@code image/png}
 * @param tag quoted entity tag, which no other bytes have
 * @param cacheControl how it may be cached
 * @param disposition value of Content-Disposition
 */
public record FileAnswer(
        Source source, long length, String contentType, String tag, String cacheControl, String disposition) {
    private static final String RANGE = "Content-Range";

    /** Where the bytes are. */
    interface Source {
        HttpAnswer.Region part(long from, long length);
    }

    /** Of a file, whose bytes never change. */
    public static FileAnswer of(
            Path file, long length, String contentType, String tag, String cacheControl, String disposition) {
        return new FileAnswer(
                (from, count) -> new HttpAnswer.OfFile(file, from, count),
                length,
                contentType,
                tag,
                cacheControl,
                disposition);
    }

    /** Of an array. */
    public static FileAnswer of(byte[] bytes, String contentType, String tag, String cacheControl, String disposition) {
        return new FileAnswer(
                (from, count) -> new HttpAnswer.OfBytes(bytes, from, count),
                bytes.length,
                contentType,
                tag,
                cacheControl,
                disposition);
    }

    /**
     * Headers of a request that decide what is sent; null for none.
     *
     * @param ifNoneMatch entity tags of what the caller has
     * @param ifRange entity tag of which the caller has a part
     */
    public record Conditions(
            @Nullable String ifNoneMatch,
            @Nullable String range,
            @Nullable String ifRange) {}

    /** The answer to a request: all of it, a part, 304 or 416. */
    public HttpAnswer.Content to(Conditions conditions) {
        Map<String, String> headers = new HashMap<>();
        headers.put("ETag", tag);
        headers.put("Cache-Control", cacheControl);
        headers.put("Accept-Ranges", "bytes");
        if (conditions.ifNoneMatch() != null && isNamed(conditions.ifNoneMatch())) {
            return new HttpAnswer.Content(304, contentType, headers, null);
        }
        headers.put("Content-Disposition", disposition);
        if (conditions.range() == null || !holds(conditions.ifRange())) {
            return part(200, headers, new ByteRange(0, length));
        }
        return switch (ByteRange.asked(conditions.range(), length)) {
            case ByteRange.Asked.Whole() -> part(200, headers, new ByteRange(0, length));
            case ByteRange.Asked.Nothing() -> {
                headers.put(RANGE, "bytes */" + length);
                headers.remove("Content-Disposition");
                yield new HttpAnswer.Content(416, contentType, headers, null);
            }
            case ByteRange.Asked.Part(ByteRange range) -> {
                headers.put(RANGE, "bytes " + range.from() + "-" + (range.from() + range.length() - 1) + "/" + length);
                yield part(206, headers, range);
            }
        };
    }

    private HttpAnswer.Content part(int status, Map<String, String> headers, ByteRange range) {
        return new HttpAnswer.Content(status, contentType, headers, source.part(range.from(), range.length()));
    }

    /** Weak comparison, as RFC 9110 has it for If-None-Match. */
    private boolean isNamed(String tags) {
        return tags.strip().equals("*")
                || Arrays.stream(tags.split(","))
                        .map(String::strip)
                        .map(named -> named.startsWith("W/") ? named.substring(2) : named)
                        .anyMatch(tag::equals);
    }

    /** A date never equals: no answer has a Last-Modified. */
    private boolean holds(@Nullable String ifRange) {
        return ifRange == null || ifRange.strip().equals(tag);
    }
}
