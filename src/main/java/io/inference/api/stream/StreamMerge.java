package io.inference.api.stream;

import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Merges several streams into one pipe, each read by a virtual thread, which waits while the pipe is full. */
final class StreamMerge {
    private static final int WAITING_A_STREAM = 4;
    private static final Duration LOOK = Duration.ofMinutes(1);

    private final List<ChunkStream> streams;
    private final ChunkPipe pipe;
    private final AtomicInteger running;
    private final AtomicReference<@Nullable Usage> usage = new AtomicReference<>();

    StreamMerge(List<ChunkStream> streams) {
        this.streams = List.copyOf(streams);
        this.running = new AtomicInteger(streams.size());
        this.pipe = new ChunkPipe(Math.max(1, streams.size() * WAITING_A_STREAM), this::closeAll);
    }

    ChunkStream start() {
        if (streams.isEmpty()) {
            pipe.end();
        }
        for (int i = 0; i < streams.size(); i++) {
            int index = i;
            Thread.ofVirtual().name("merge-", i).start(() -> pump(index));
        }
        return pipe;
    }

    private void pump(int index) {
        try {
            if (copy(index, streams.get(index)) && running.decrementAndGet() == 0) {
                Usage sum = usage.get();
                if (sum != null) {
                    pipe.put(new Chunk(0, "", null, List.of(), List.of(), null, sum));
                }
                pipe.end();
            }
        } catch (InferenceException e) {
            pipe.fail(e);
            closeAll();
        } catch (RuntimeException | Error e) {
            pipe.fail(new InferenceException(ErrorCode.INTERNAL, "the answer could not be read", e));
            closeAll();
        }
    }

    /** @return false if the pipe is no longer read */
    private boolean copy(int index, ChunkStream from) {
        while (true) {
            switch (from.next(LOOK)) {
                case Chunk chunk -> {
                    if (!pass(index, chunk)) {
                        return false;
                    }
                }
                case ImageEvent image -> throw new IllegalStateException("an answer of texts has no pictures");
                case StreamEvent.Silence ignored -> {}
                case StreamEvent.End ignored -> {
                    return true;
                }
            }
        }
    }

    private boolean pass(int index, Chunk chunk) {
        Usage part = chunk.usage();
        if (part != null) {
            usage.accumulateAndGet(part, (sum, more) -> sum == null ? more : more == null ? sum : sum.plus(more));
            if (isOnlyUsage(chunk)) {
                return true;
            }
        }
        return pipe.put(new Chunk(
                index,
                chunk.text(),
                chunk.thinking(),
                chunk.toolCalls(),
                chunk.logprobs(),
                chunk.finishReason(),
                null,
                chunk.extras()));
    }

    private static boolean isOnlyUsage(Chunk chunk) {
        return chunk.text().isEmpty()
                && chunk.thinking() == null
                && chunk.toolCalls().isEmpty()
                && chunk.logprobs().isEmpty()
                && chunk.finishReason() == null
                && chunk.extras() == null;
    }

    private void closeAll() {
        streams.forEach(ChunkStream::close);
    }
}
