package io.inference.upstream;

import io.inference.api.stream.StreamEvent;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Decodes the lines of one streamed answer into events. Created for each answer, so that it may keep state; used by one
 * thread.
 *
 * @param <E> chunks, or events of pictures
 */
public interface LineDecoder<E extends StreamEvent> {
    /**
     * Reads one line, without its end.
     *
     * @param bytes contains the line from {@code from} up to {@code to}; valid during this call only
     * @param out receives the events of the line
     * @return whether the answer is complete with this line
     * @throws IOException if the line violates the protocol
     * @throws io.inference.api.error.InferenceException if the line reports a failure
     */
    boolean line(byte[] bytes, int from, int to, Consumer<E> out) throws IOException;

    /**
     * Reads an answer that has come as a whole.
     *
     * @return whether it is complete
     */
    default boolean all(byte[] answer, Consumer<E> out) throws IOException {
        LineReader lines = new LineReader(answer);
        while (lines.next()) {
            if (line(lines.bytes(), lines.from(), lines.to(), out)) {
                return true;
            }
        }
        return eof(out);
    }

    /**
     * Whether the lines so far are a complete answer, so that only an end marker, or what is said beside the answer,
     * may follow.
     */
    default boolean awaitsEnd() {
        return false;
    }

    /**
     * The server ended its answer without the protocol's end marker, so far as {@link #line} could tell.
     *
     * @return whether the lines so far are a complete answer after all
     */
    default boolean eof(Consumer<E> out) throws IOException {
        return false;
    }
}
