package io.inference.http.answer;

import io.inference.api.error.InferenceException;
import io.inference.api.stream.Chunk;
import java.io.IOException;
import java.io.OutputStream;

/** Writes one streamed answer in a wire format. Made for each answer, so that it may keep state; the door flushes after each call. */
public interface ChunkEncoder {
    void chunk(Chunk chunk, OutputStream out) throws IOException;

    /** Something that a client skips, to show that the answer is still in the making; may write nothing. */
    void keepAlive(OutputStream out) throws IOException;

    /** The answer is complete. */
    void end(OutputStream out) throws IOException;

    /** The answer broke off; nothing follows. */
    void failure(InferenceException failure, OutputStream out) throws IOException;
}
