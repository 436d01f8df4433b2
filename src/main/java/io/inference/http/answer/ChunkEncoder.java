package io.inference.http.answer;

import io.inference.api.error.InferenceException;
import io.inference.api.stream.Chunk;
import io.inference.wire.Json;
import java.io.IOException;

/**
 * Writes one streamed answer as the JSON objects of a wire format; what frames them is a {@link Framing}. Made for each answer, so that it
 * may keep state.
 */
public interface ChunkEncoder {
    /** Takes the objects, each as soon as it is made. */
    @FunctionalInterface
    interface Sink {
        void object(Json.Content object) throws IOException;
    }

    void chunk(Chunk chunk, Sink out) throws IOException;

    /** An object that means nothing, to show that the answer is still in the making; none if the framing has something for that. */
    default void keepAlive(Sink out) throws IOException {}

    /** The answer is complete: what is still to be written of it. */
    void end(Sink out) throws IOException;

    /** The object that reports why the answer broke off; nothing follows. */
    Json.Content failure(InferenceException failure);
}
