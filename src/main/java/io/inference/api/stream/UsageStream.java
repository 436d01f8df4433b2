package io.inference.api.stream;

import io.inference.api.call.Usage;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** A stream that reports another usage than its source. */
public final class UsageStream implements ChunkStream {
    private final ChunkStream stream;
    private final UnaryOperator<Usage> reported;

    /** @param reported the usage to report, for that of the source */
    public UsageStream(ChunkStream stream, UnaryOperator<Usage> reported) {
        this.stream = stream;
        this.reported = reported;
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
                    reported.apply(chunk.usage()));
        }
        return event;
    }

    @Override
    public void close() {
        stream.close();
    }
}
