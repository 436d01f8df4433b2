package io.inference.openai.answer;

import io.inference.api.stream.StreamEvent;
import io.inference.upstream.LineDecoder;
import io.inference.upstream.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of an answer that is one JSON object or a stream of events, whichever was asked for: the first line
 * that says something shows what it is.
 *
 * @param <E> what it is read as
 */
abstract class JsonOrEvents<E extends StreamEvent> implements LineDecoder<E> {
    private final SseFramer framer = new SseFramer();
    private boolean begun;
    /** The lines of an answer that is one JSON object. */
    private @Nullable ByteArrayOutputStream whole;

    /**
     * One event.
     *
     * @param isError whether the server calls it an error
     * @return whether it is the last
     */
    abstract boolean event(byte[] data, int length, boolean isError, Consumer<E> out) throws IOException;

    @Override
    public final boolean line(byte[] bytes, int from, int to, Consumer<E> out) throws IOException {
        if (!begun) {
            begin(bytes, from, to);
        }
        if (whole != null) {
            if (whole.size() + to - from > Reply.MAX_BYTES) {
                throw new IOException("the answer is longer than " + Reply.MAX_BYTES + " bytes");
            }
            whole.write(bytes, from, to - from);
            return false;
        }
        return framer.line(bytes, from, to, (data, length, error) -> event(data, length, error, out));
    }

    private void begin(byte[] bytes, int from, int to) throws IOException {
        int first = firstVisible(bytes, from, to);
        if (first == to || bytes[first] == ':') {
            return;
        }
        begun = true;
        switch (bytes[first]) {
            case '{' -> whole = new ByteArrayOutputStream(to - from);
            case '<', '[', '"' -> throw new IOException("neither JSON nor events");
            default -> {}
        }
    }

    /** The object, once its lines are there; null if the answer consists of events. */
    final byte @Nullable [] object() {
        return whole == null ? null : whole.toByteArray();
    }

    /** Reads an event that no empty line ends; returns whether it is the last. */
    final boolean lastEvent(Consumer<E> out) throws IOException {
        return framer.flush((data, length, error) -> event(data, length, error, out));
    }

    static boolean startsAnObject(byte[] body) {
        int first = firstVisible(body, 0, body.length);
        return first < body.length && body[first] == '{';
    }

    static int firstVisible(byte[] bytes, int from, int to) {
        int first = from;
        while (first < to && isSpace(bytes[first])) {
            first++;
        }
        return first;
    }

    static boolean isSpace(byte b) {
        return b <= ' ' && b >= 0;
    }

    static OpenAiError errorOf(byte[] data, int length) {
        OpenAiError error = OpenAiError.parse(Arrays.copyOf(data, length));
        return error == null ? OpenAiError.ofText(data, 0, length) : error;
    }
}
