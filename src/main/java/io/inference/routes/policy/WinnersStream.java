package io.inference.routes.policy;

import io.inference.api.call.Call;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import java.time.Duration;

/** The stream of an attempt, whose usage becomes that of the caller's call. */
final class WinnersStream implements ChunkStream {
    private final ChunkStream stream;
    private final Call attempt;
    private final Call call;

    WinnersStream(ChunkStream stream, Call attempt, Call call) {
        this.stream = stream;
        this.attempt = attempt;
        this.call = call;
    }

    @Override
    public StreamEvent next(Duration timeout) {
        StreamEvent event = stream.next(timeout);
        if (event instanceof Chunk) {
            call.setUsage(attempt.usage());
        }
        return event;
    }

    @Override
    public void close() {
        stream.close();
    }
}
