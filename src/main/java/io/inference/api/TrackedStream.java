package io.inference.api;

import java.time.Duration;

/** Tells the call what passes: the first token, and the usage. */
record TrackedStream(ChunkStream stream, Call call) implements ChunkStream {
    @Override
    public StreamEvent next(Duration timeout) {
        StreamEvent event = stream.next(timeout);
        if (event instanceof Chunk chunk) {
            call.markFirstToken();
            Usage usage = chunk.usage();
            if (usage != null) {
                call.setUsage(usage);
            }
        }
        return event;
    }

    @Override
    public void close() {
        stream.close();
    }
}
