package io.inference.summary;

import io.inference.api.call.Usage;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import java.time.Duration;

/** The stream of a summary, which reports the usage of the requests before it as well. */
final class SummedStream implements ChunkStream {
    private final ChunkStream stream;
    private final Usage before;

    SummedStream(ChunkStream stream, Usage before) {
        this.stream = stream;
        this.before = before;
    }

    @Override
    public StreamEvent next(Duration timeout) {
        StreamEvent event = stream.next(timeout);
        if (event instanceof Chunk chunk && chunk.usage() != null) {
            return new Chunk(
                    chunk.index(),
                    chunk.text(),
                    chunk.thinking(),
                    chunk.toolCalls(),
                    chunk.logprobs(),
                    chunk.finishReason(),
                    before.plus(chunk.usage()));
        }
        return event;
    }

    @Override
    public void close() {
        stream.close();
    }
}
