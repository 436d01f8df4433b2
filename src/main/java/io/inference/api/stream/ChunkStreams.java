package io.inference.api.stream;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.List;

/** Operations of backends and doors on a {@link ChunkStream}. */
public final class ChunkStreams {
    private ChunkStreams() {}

    /**
     * Waits for a stream's first event, so that a backend that fails before it causes an exception. Sets the call's
     * time to first token. The stream is closed if this throws.
     *
     * @return the same stream, including its first event
     * @throws InferenceException {@code TIMEOUT} if nothing arrived in time, or the stream's own
     */
    public static ChunkStream holdingFirst(ChunkStream stream, Duration firstTokenTimeout, Call call) {
        StreamEvent first;
        try {
            first = stream.next(firstTokenTimeout);
        } catch (RuntimeException e) {
            stream.close();
            throw e;
        }
        if (first instanceof StreamEvent.Silence) {
            stream.close();
            throw new InferenceException(ErrorCode.TIMEOUT, "the model gave no first token in time");
        }
        call.markFirstToken();
        return new HeldStream(first, stream);
    }

    /**
     * Merges several answers of one choice each into one answer: a chunk's choice is its stream's index in the list.
     * Usage is summed into an additional last chunk. If one stream fails, the merged one fails, and all are closed.
     * Reads each stream on a virtual thread of its own.
     */
    public static ChunkStream merge(List<ChunkStream> streams) {
        return streams.size() == 1 ? streams.getFirst() : new StreamMerge(streams).start();
    }

    /**
     * The same stream, which records the call's time to first token and its usage: counted until the backend reports
     * it.
     *
     * @param promptTokens those of the prompt, or an estimate of them
     */
    public static ChunkStream tracked(ChunkStream stream, int promptTokens, Call call) {
        return new TrackedStream(stream, promptTokens, call);
    }
}
