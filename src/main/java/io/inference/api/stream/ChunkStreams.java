package io.inference.api.stream;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.List;

/** What backends and doors do with a {@link ChunkStream}. */
public final class ChunkStreams {
    private ChunkStreams() {}

    /**
     * Waits for a stream's first event, so that a backend that fails before it does so by an exception. Fills the call's time to first
     * token. The stream is closed when this throws.
     *
     * @return the same stream, its first event included
     * @throws InferenceException {@code TIMEOUT} when nothing came in time, or the stream's own
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
     * Several answers of one choice each as one answer: a chunk's choice is its stream's place in the list. Usage is summed into a last
     * chunk of its own. When one stream fails, the whole does, and all are closed. Reads each stream on a virtual thread of its own.
     */
    public static ChunkStream merge(List<ChunkStream> streams) {
        return streams.size() == 1 ? streams.getFirst() : new StreamMerge(streams).start();
    }

    /**
     * The same stream, filling the call's time to first token and its usage on its way: by count until the backend tells it.
     *
     * @param promptTokens those of the prompt, or an estimate of them
     */
    public static ChunkStream tracked(ChunkStream stream, int promptTokens, Call call) {
        return new TrackedStream(stream, promptTokens, call);
    }
}
