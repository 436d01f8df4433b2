package io.inference.models;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ImageEvent;
import io.inference.api.stream.StreamEvent;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A stream within time limits, which reports its end once. */
final class LimitedStream implements ChunkStream {
    /** Receives the end of a stream. */
    interface Ending {
        /** @param broken whether it failed, rather than ended or was closed */
        void ended(boolean broken);
    }

    private final ChunkStream stream;
    private final String backend;
    private final @Nullable Duration idle;
    private final long deadlineNanos;
    private final boolean limited;
    private final Ending onEnd;
    private final AtomicBoolean ended = new AtomicBoolean();
    /** Time for which the reader has waited for the next chunk; a slow reader is not the backend's fault. */
    private long waitedNanos;

    /**
     * @param backend name for messages
     * @param idle longest wait for a chunk; null for no limit
     * @param total longest time from now to the end; null for no limit
     */
    LimitedStream(ChunkStream stream, String backend, @Nullable Duration idle, @Nullable Duration total, Ending onEnd) {
        this.stream = stream;
        this.backend = backend;
        this.idle = idle;
        this.limited = total != null;
        this.deadlineNanos = total == null ? 0 : System.nanoTime() + total.toNanos();
        this.onEnd = onEnd;
    }

    @Override
    public StreamEvent next(Duration timeout) {
        try {
            StreamEvent event = idle == null && !limited ? stream.next(timeout) : nextInTime(timeout);
            if (event instanceof StreamEvent.End) {
                end(false);
            }
            return event;
        } catch (RuntimeException e) {
            end(true);
            throw e;
        }
    }

    private StreamEvent nextInTime(Duration timeout) {
        long begun = System.nanoTime();
        long left = timeout.toNanos();
        left = idle == null ? left : Math.min(left, idle.toNanos() - waitedNanos);
        left = limited ? Math.min(left, deadlineNanos - begun) : left;
        StreamEvent event = stream.next(Duration.ofNanos(Math.max(0, left)));
        if (event instanceof Chunk || event instanceof ImageEvent) {
            waitedNanos = 0;
        } else if (event instanceof StreamEvent.Silence) {
            long now = System.nanoTime();
            waitedNanos += now - begun;
            if (idle != null && waitedNanos >= idle.toNanos()) {
                throw late("sent nothing for " + idle.toSeconds() + " s");
            }
            if (limited && now - deadlineNanos >= 0) {
                throw late("did not end its answer in time");
            }
        }
        return event;
    }

    private InferenceException late(String what) {
        stream.close();
        return new InferenceException(ErrorCode.TIMEOUT, "the " + backend + " backend " + what);
    }

    private void end(boolean broken) {
        if (ended.compareAndSet(false, true)) {
            onEnd.ended(broken);
        }
    }

    @Override
    public void close() {
        stream.close();
        end(false);
    }
}
