package io.inference.api.stream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A stream whose first event was read ahead. */
final class HeldStream implements ChunkStream {
    private @Nullable StreamEvent first;
    private final ChunkStream rest;

    HeldStream(StreamEvent first, ChunkStream rest) {
        this.first = first;
        this.rest = rest;
    }

    @Override
    public StreamEvent next(Duration timeout) {
        StreamEvent event = first;
        if (event == null) {
            return rest.next(timeout);
        }
        first = null;
        return event;
    }

    @Override
    public void close() {
        rest.close();
    }
}
