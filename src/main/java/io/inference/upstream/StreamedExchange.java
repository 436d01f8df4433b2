package io.inference.upstream;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.stream.ChunkPipe;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * An answer that a virtual thread reads line by line into a small pipe: its reader can stop waiting without breaking a
 * read of the socket, and a full pipe stops the reading, which by TCP slows down the server.
 */
final class StreamedExchange<E extends StreamEvent> {
    private static final int CHUNKS_AHEAD = 16;
    private static final int LINGER_MILLIS = 1000;
    /** How long a server may take from the last word of its answer, or what it says beside it, to its end. */
    private static final int END_MILLIS = 3000;

    private final UpstreamRequest exchange;
    private final LineDecoder<E> decoder;
    private final Failures failures;
    private final Function<Reply, InferenceException> refusal;
    private final Call call;
    private final ChunkPipe pipe = new ChunkPipe(CHUNKS_AHEAD, this::stopUnlessComplete);
    private final Runnable onCancel = this::cancel;
    private volatile boolean complete;
    /** The server did not end an answer that was complete. */
    private volatile boolean overdue;

    private @Nullable CompletableFuture<Void> untilEnd;

    StreamedExchange(
            UpstreamRequest exchange,
            LineDecoder<E> decoder,
            Failures failures,
            Function<Reply, InferenceException> refusal,
            Call call) {
        this.exchange = exchange;
        this.decoder = decoder;
        this.failures = failures;
        this.refusal = refusal;
        this.call = call;
    }

    ChunkStream start() {
        call.onCancel(onCancel);
        Thread.ofVirtual().name("stream-" + call.id()).start(this::run);
        return pipe;
    }

    private void cancel() {
        ErrorCode why = call.cancelled();
        pipe.abort(Call.cancellation(why == null ? ErrorCode.CANCELLED : why));
        exchange.stop();
    }

    /** A complete answer's connection is about to be free for the next request. */
    private void stopUnlessComplete() {
        if (!complete) {
            exchange.stop();
        }
    }

    private void run() {
        try (ClassicHttpResponse response = exchange.open()) {
            if (response.getCode() == 200) {
                read(response);
            } else {
                pipe.fail(refusal.apply(Replies.error(response, exchange)));
            }
        } catch (InferenceException e) {
            pipe.fail(e);
        } catch (IOException e) {
            pipe.fail(failures.io(e));
        } catch (RuntimeException | Error e) {
            // An error too: if the writer ended without a failure, the reader would wait until its deadline.
            pipe.fail(failures.failed("broke off its answer", e));
        } finally {
            call.removeOnCancel(onCancel);
            if (untilEnd != null) {
                untilEnd.complete(null);
            }
        }
    }

    private void read(ClassicHttpResponse response) throws IOException {
        try {
            readLines(Replies.content(response));
        } finally {
            // Before the response is closed, which would first read the rest of it.
            stopUnlessComplete();
        }
    }

    private void readLines(InputStream in) throws IOException {
        LineReader lines = new LineReader(in, Reply.MAX_BYTES);
        while (next(lines)) {
            if (overdue && decodeEof()) {
                pipe.end();
            }
            if (exchange.isStopped()) {
                return;
            }
            if (decode(lines)) {
                finish(in);
                return;
            }
            if (decoder.awaitsEnd()) {
                limitWait(lines);
            }
        }
        if (decodeEof()) {
            complete = true;
            pipe.end();
        } else {
            pipe.fail(failures.failed("broke off its answer", null));
        }
    }

    /** Starts to wait for the end, again if the server said something; comments only keep a connection alive. */
    private void limitWait(LineReader lines) {
        boolean says = lines.to() > lines.from() && lines.bytes()[lines.from()] != ':';
        if (untilEnd != null) {
            if (!says) {
                return;
            }
            untilEnd.complete(null);
        }
        untilEnd = new CompletableFuture<>();
        var ignored = untilEnd.orTimeout(END_MILLIS, TimeUnit.MILLISECONDS).whenComplete((none, late) -> {
            if (late != null) {
                overdue = true;
                exchange.stop();
            }
        });
    }

    /** A connection that breaks after the last word of an answer has answered all. */
    private boolean next(LineReader lines) throws IOException {
        try {
            return lines.next();
        } catch (IOException e) {
            if (exchange.isStopped() && !overdue || !decodeEof()) {
                throw e;
            }
            pipe.end();
            exchange.stop();
            return true;
        }
    }

    private boolean decode(LineReader lines) {
        try {
            return decoder.line(lines.bytes(), lines.from(), lines.to(), pipe::put);
        } catch (IOException e) {
            throw failures.malformed(e);
        }
    }

    private boolean decodeEof() {
        try {
            return decoder.eof(pipe::put);
        } catch (IOException e) {
            throw failures.malformed(e);
        }
    }

    /**
     * Only the end of the body is left; reading it frees the connection. Does not wait for a server that does not send
     * it.
     */
    private void finish(InputStream in) throws IOException {
        complete = true;
        pipe.end();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        var ignored = ended.orTimeout(LINGER_MILLIS, TimeUnit.MILLISECONDS).whenComplete((none, late) -> {
            if (late != null) {
                exchange.stop();
            }
        });
        try {
            byte[] rest = new byte[256];
            int read = in.read(rest);
            if (read > 0) {
                read = in.read(rest);
            }
            if (read >= 0) {
                exchange.stop();
            }
        } finally {
            // Cancels the timer, which would keep the request in memory until then.
            ended.complete(null);
        }
    }
}
