package io.inference.openai.answer;

import io.inference.upstream.Reply;
import java.io.IOException;
import java.util.Arrays;

/**
 * Splits the lines of a {@code text/event-stream} into events. An event's data, whose lines are joined by {@code \n},
 * is complete at the next empty line. Comments and fields other than {@code data}, {@code event} and {@code error} are
 * ignored.
 */
final class SseFramer {
    private byte[] data = new byte[1024];
    private int length;
    private boolean hasData;
    private boolean isError;

    /** Receives events. */
    interface Events {
        /**
         * @param error whether the event is named {@code error}
         * @return whether nothing follows
         */
        boolean event(byte[] bytes, int length, boolean error) throws IOException;
    }

    /** @return result of the handler for the event that this line completed; false if it completed none */
    boolean line(byte[] bytes, int from, int to, Events events) throws IOException {
        if (from == to) {
            return flush(events);
        }
        int colon = indexOfColon(bytes, from, to);
        int value = colon + 1 < to && bytes[colon + 1] == ' ' ? colon + 2 : Math.min(colon + 1, to);
        switch (colon - from) {
            case 4 -> {
                if (is("data", bytes, from)) {
                    append(bytes, value, to);
                }
            }
            case 5 -> {
                if (is("event", bytes, from)) {
                    isError = to - value == 5 && is("error", bytes, value);
                } else if (is("error", bytes, from)) {
                    // Sent by old versions of llama.cpp.
                    isError = true;
                    append(bytes, value, to);
                }
            }
            default -> {}
        }
        return false;
    }

    /** Delivers the data so far as an event: at an empty line, or at the end of the stream. */
    boolean flush(Events events) throws IOException {
        if (!hasData) {
            isError = false;
            return false;
        }
        int complete = length;
        boolean error = isError;
        length = 0;
        hasData = false;
        isError = false;
        return events.event(data, complete, error);
    }

    private void append(byte[] bytes, int from, int to) throws IOException {
        int needed = length + 1 + to - from;
        if (needed > Reply.MAX_BYTES) {
            throw new IOException("an event is longer than " + Reply.MAX_BYTES + " bytes");
        }
        if (needed > data.length) {
            data = Arrays.copyOf(data, Math.max(needed, data.length * 2));
        }
        if (hasData) {
            data[length++] = '\n';
        }
        System.arraycopy(bytes, from, data, length, to - from);
        length += to - from;
        hasData = true;
    }

    private static int indexOfColon(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == ':') {
                return i;
            }
        }
        return to;
    }

    private static boolean is(String name, byte[] bytes, int from) {
        for (int i = 0; i < name.length(); i++) {
            if (bytes[from + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
