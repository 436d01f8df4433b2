package io.inference.http.content;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a file.
 *
 * @param from first byte
 * @param length in bytes; 0 only of an empty file
 */
public record ByteRange(long from, long length) {
    /** Longer numbers than any file's length are left to a person to look for. */
    private static final Pattern ONE =
            Pattern.compile("bytes=\\s*(\\d{0,18})-(\\d{0,18})\\s*", Pattern.CASE_INSENSITIVE);

    /** What a header Range asks for. */
    sealed interface Asked {
        /** The whole file: the header is not understood, or asks for several ranges, which a server may ignore. */
        record Whole() implements Asked {}

        /** Nothing of the file is in the range. */
        record Nothing() implements Asked {}

        /** One range. */
        record Part(ByteRange range) implements Asked {}
    }

    /**
     * Reads a header Range: RFC 9110, 14.1.2.
     *
     * @param size length of the file
     */
    static Asked asked(String header, long size) {
        Matcher range = ONE.matcher(header);
        if (!range.matches() || range.group(1).isEmpty() && range.group(2).isEmpty()) {
            return new Asked.Whole();
        }
        if (range.group(1).isEmpty()) {
            long length = Math.min(Long.parseLong(range.group(2)), size);
            return length == 0 ? new Asked.Nothing() : new Asked.Part(new ByteRange(size - length, length));
        }
        long from = Long.parseLong(range.group(1));
        long last = range.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(range.group(2));
        if (last < from) {
            return new Asked.Whole();
        }
        return from >= size
                ? new Asked.Nothing()
                : new Asked.Part(new ByteRange(from, Math.min(last, size - 1) - from + 1));
    }
}
