package io.inference.api.stream;

import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An answer of one choice that continues on another backend if its own fails in the middle. The reader sees one stream:
 * silence while the next backend is asked, then the rest of the text. An answer with parts of tool calls cannot
 * continue, nor one that failed before any text.
 */
public final class ResumedStream implements ChunkStream {
    /** Asks the next backend for the rest of an answer; blocks until its first chunk is there. */
    public interface Continuation {
        /**
         * Continues an answer.
         *
         * @param text the answer so far; not empty
         * @param tokens its length in tokens, or an estimate
         * @param failure why its stream ended
         * @throws InferenceException if no backend continues it
         */
        ChunkStream after(String text, int tokens, InferenceException failure);
    }

    private static final Set<ErrorCode> OF_BACKENDS = EnumSet.of(
            ErrorCode.BACKEND_FAILED,
            ErrorCode.UNAVAILABLE,
            ErrorCode.OVERLOADED,
            ErrorCode.TIMEOUT,
            ErrorCode.INTERNAL);

    private final Call call;
    private final Continuation continuation;
    private final StringBuilder text = new StringBuilder();
    private int left;
    private int tokens; // of the text
    private int tokensBefore; // of the parts from earlier backends
    private boolean resumable = true;
    private boolean finished;
    private ChunkStream stream;
    private @Nullable CompletableFuture<ChunkStream> pending;
    private @Nullable InferenceException failure;
    private boolean closed;

    /**
     * @param first the answer's stream
     * @param most how often the answer may continue
     */
    public ResumedStream(ChunkStream first, int most, Call call, Continuation continuation) {
        this.stream = first;
        this.left = most;
        this.call = call;
        this.continuation = continuation;
    }

    @Override
    public StreamEvent next(Duration timeout) {
        CompletableFuture<ChunkStream> asked = pending;
        if (asked != null) {
            return awaitNext(asked, timeout);
        }
        try {
            StreamEvent event = stream.next(timeout);
            return event instanceof Chunk chunk ? read(chunk) : event;
        } catch (InferenceException e) {
            if (!canContinueAfter(e)) {
                throw e;
            }
            ask(e);
            return StreamEvent.SILENCE;
        }
    }

    private Chunk read(Chunk chunk) {
        text.append(chunk.text());
        tokens += chunk.text().isEmpty() ? 0 : Math.max(1, chunk.logprobs().size());
        resumable &= chunk.index() == 0 && chunk.toolCalls().isEmpty();
        finished |= chunk.finishReason() != null;
        Usage usage = chunk.usage();
        if (tokensBefore == 0) {
            return chunk;
        }
        call.setUsage(whole(usage == null ? call.usage() : usage));
        return usage == null ? chunk : chunk.withUsage(whole(usage));
    }

    /** The last backend read the earlier text as part of its prompt; for the caller it is part of the answer. */
    private Usage whole(Usage ofLast) {
        return new Usage(
                Math.max(0, ofLast.promptTokens() - tokensBefore),
                ofLast.completionTokens() + tokensBefore,
                Math.min(ofLast.cachedTokens(), Math.max(0, ofLast.promptTokens() - tokensBefore)),
                ofLast.reasoningTokens());
    }

    private boolean canContinueAfter(InferenceException e) {
        return resumable
                && !finished
                && left > 0
                && !text.isEmpty()
                && OF_BACKENDS.contains(e.code())
                && call.cancelled() == null;
    }

    private void ask(InferenceException why) {
        left--;
        failure = why;
        tokensBefore = tokens;
        stream.close();
        String said = text.toString();
        int length = tokens;
        CompletableFuture<ChunkStream> asked = new CompletableFuture<>();
        synchronized (this) {
            pending = asked;
        }
        Thread.ofVirtual().name("resume-" + call.id()).start(() -> {
            try {
                ChunkStream next = continuation.after(said, length, why);
                if (!asked.complete(next)) {
                    next.close();
                }
            } catch (Throwable e) {
                asked.completeExceptionally(e);
            }
        });
    }

    private StreamEvent awaitNext(CompletableFuture<ChunkStream> asked, Duration timeout) {
        try {
            ChunkStream next = asked.get(Math.max(0, timeout.toNanos()), TimeUnit.NANOSECONDS);
            synchronized (this) {
                stream = next;
                pending = null;
                if (closed) {
                    next.close();
                }
            }
            return next(timeout);
        } catch (TimeoutException e) {
            return StreamEvent.SILENCE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Call.cancellation(ErrorCode.CANCELLED);
        } catch (ExecutionException e) {
            call.throwIfCancelled();
            InferenceException reported = failure;
            if (reported == null) {
                throw InferenceException.of(e);
            }
            reported.addSuppressed(e);
            throw reported;
        }
    }

    @Override
    public void close() {
        ChunkStream open;
        CompletableFuture<ChunkStream> asked;
        synchronized (this) {
            closed = true;
            open = stream;
            asked = pending;
        }
        open.close();
        if (asked != null && !asked.cancel(false)) {
            var unused = asked.thenAccept(ChunkStream::close);
        }
    }
}
