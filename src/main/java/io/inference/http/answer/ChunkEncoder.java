package io.inference.http.answer;

import io.inference.api.error.InferenceException;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ImageEvent;
import io.inference.wire.Json;
import java.io.IOException;

/**
 * Writes one streamed answer as the JSON objects of a wire format; a {@link Framing} frames them. Created for each
 * answer, so that it may keep state.
 */
public interface ChunkEncoder {
    /** Receives each object as soon as it is complete. */
    @FunctionalInterface
    interface Sink {
        void object(Json.Content object) throws IOException;

        /** Receives an object with the name of its kind, which formats without names leave out. */
        default void event(String name, Json.Content object) throws IOException {
            object(object);
        }

        /** Receives a line for people, which formats without such lines leave out. */
        default void comment(String text) throws IOException {}
    }

    void chunk(Chunk chunk, Sink out) throws IOException;

    /** An event of an answer that consists of pictures. */
    default void image(ImageEvent event, Sink out) throws IOException {
        throw new IllegalStateException("this format has no pictures");
    }

    /**
     * An empty object, to show that the answer is still being generated; none if the framing has its own keep-alive.
     */
    default void keepAlive(Sink out) throws IOException {}

    /** Writes the remaining objects of a complete answer. */
    void end(Sink out) throws IOException;

    /** The object that reports why the stream failed; nothing follows. */
    Json.Content failure(InferenceException failure);
}
