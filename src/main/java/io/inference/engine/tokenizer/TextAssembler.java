package io.inference.engine.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Converts the bytes of generated tokens into text that may be sent. A character whose bytes are spread over tokens is
 * held back until it is complete, invalid bytes become U+FFFD. Text that could be the beginning of a stop sequence is
 * held back until it is known not to be one, and no other text is; a stop sequence and the text after it are never
 * sent. Of several, the one that is complete first counts, and the longest of those that end at the same position. The
 * result does not depend on how the bytes were split into tokens. For one sequence and one thread.
 */
public final class TextAssembler {
    private final List<String> stops;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final StringBuilder held = new StringBuilder();
    private byte[] incomplete = {};
    private @Nullable String stop;

    /** Empty stop sequences are ignored. */
    public TextAssembler(List<String> stops) {
        this.stops = stops.stream().filter(it -> !it.isEmpty()).toList();
    }

    /**
     * Takes the bytes of one token; returns the text that can be sent now, often the token itself, sometimes nothing.
     */
    public String accept(byte[] bytes) {
        return stop != null ? "" : release(decode(bytes, false), false);
    }

    /** Ends the text: returns all that was held back; an incomplete character is U+FFFD. */
    public String finish() {
        return stop != null ? "" : release(decode(new byte[0], true), true);
    }

    /** The stop sequence that has ended the text, if there is one. */
    public Optional<String> stop() {
        return Optional.ofNullable(stop);
    }

    private String decode(byte[] bytes, boolean last) {
        ByteBuffer in = ByteBuffer.allocate(incomplete.length + bytes.length);
        in.put(incomplete).put(bytes).flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        decoder.decode(in, out, last);
        if (last) {
            decoder.flush(out);
            decoder.reset();
        }
        incomplete = new byte[in.remaining()];
        in.get(incomplete);
        return out.flip().toString();
    }

    private String release(String text, boolean last) {
        int scanned = held.length();
        held.append(text);
        int end = firstStopEnd(scanned);
        if (stop != null) {
            String result = held.substring(0, end - stop.length());
            held.setLength(0);
            return result;
        }
        int sendable = last ? held.length() : held.length() - possibleStopPrefix();
        String result = held.substring(0, sendable);
        held.delete(0, sendable);
        return result;
    }

    /** The end of the first complete stop sequence; all end after {@code scanned}. Sets {@link #stop}. */
    private int firstStopEnd(int scanned) {
        for (int end = scanned + 1; end <= held.length(); end++) {
            for (String candidate : stops) {
                int start = end - candidate.length();
                boolean longest = stop == null || candidate.length() > stop.length();
                if (longest && start >= 0 && matches(candidate, start, candidate.length())) {
                    stop = candidate;
                }
            }
            if (stop != null) {
                return end;
            }
        }
        return -1;
    }

    /** The length of the longest suffix that is the beginning of a stop sequence. */
    private int possibleStopPrefix() {
        int longest = 0;
        for (String candidate : stops) {
            int most = Math.min(candidate.length() - 1, held.length());
            for (int length = most; length > longest; length--) {
                if (matches(candidate, held.length() - length, length)) {
                    longest = length;
                }
            }
        }
        return longest;
    }

    private boolean matches(String candidate, int start, int length) {
        for (int i = 0; i < length; i++) {
            if (held.charAt(start + i) != candidate.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
