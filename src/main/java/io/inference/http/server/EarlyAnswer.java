package io.inference.http.server;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.PendingAnswer;
import io.inference.http.answer.StreamStart;
import io.inference.http.answer.StreamWriter;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a stream while its route is still running. A route returns when it has its first chunk. If that takes long,
 * the stream is begun without a chunk and kept alive, so that no proxy closes the connection as idle; a route that
 * reports its progress begins it as well. The request's
 * thread is inside the route meanwhile, so other threads write: one at a time, and none after {@link #takeOver}.
 */
final class EarlyAnswer implements PendingAnswer {
    private static final Logger log = LoggerFactory.getLogger(EarlyAnswer.class);

    private final Call call;
    private final HttpServletResponse response;
    private final long intervalNanos;
    private final ReentrantLock writing = new ReentrantLock();
    private boolean takenOver; // guarded by writing, as are the next two
    private int reported;
    private @Nullable StreamWriter writer;
    private volatile long dueNanos;
    private volatile @Nullable StreamStart start;

    /** @param interval silence before each keep-alive */
    EarlyAnswer(Call call, HttpServletResponse response, Duration interval) {
        this.call = call;
        this.response = response;
        this.intervalNanos = interval.toNanos();
    }

    /** To be held by every thread that writes to the caller. */
    Lock writing() {
        return writing;
    }

    @Override
    public void mayBegin(StreamStart start) {
        dueNanos = System.nanoTime() + intervalNanos;
        this.start = start;
    }

    /** Whether a keep-alive is due; returns true once for each. For one thread. */
    boolean takeDue() {
        long now = System.nanoTime();
        if (start == null || now - dueNanos < 0) {
            return false;
        }
        dueNanos = now + intervalNanos;
        return true;
    }

    /**
     * Sends a keep-alive, after the head if it is the first; cancels the call if its caller has disconnected. Blocks
     * while it writes.
     */
    void keepAlive() {
        // Locked: another one is still being written, or the route has returned.
        if (writing.tryLock()) {
            try {
                write(StreamWriter::keepAlive);
            } finally {
                writing.unlock();
            }
        }
    }

    /**
     * Sends a comment on the progress of the call, after the head if it is the first that is sent; nothing if no stream
     * was asked for. Blocks while it writes. Of reports that arrive in another order, those that are late are left out.
     */
    void progress(int done, int total, int queued) {
        writing.lock();
        try {
            if (queued > 0) {
                write(stream -> stream.comment("queued " + queued));
            } else if (done > reported) {
                reported = done;
                write(stream -> stream.comment("progress " + done + "/" + total));
            }
        } finally {
            writing.unlock();
        }
    }

    /** Something to write before the first chunk. */
    private interface Writing {
        void to(StreamWriter writer) throws IOException;
    }

    private void write(Writing what) {
        StreamStart known = start;
        if (known == null || takenOver) {
            return;
        }
        try {
            if (writer == null) {
                AnswerSender.begin(known.framing().contentType(), response);
                writer = new StreamWriter(known.framing(), known.encoder().get(), response.getOutputStream());
            }
            what.to(writer);
            response.getOutputStream().flush();
        } catch (IOException e) {
            takenOver = true;
            call.cancel(ErrorCode.CANCELLED);
        }
    }

    /** The route has returned: waits for a keep-alive that is being written, and lets no other begin. */
    void takeOver() {
        writing.lock();
        takenOver = true;
        writing.unlock();
    }

    /** Whether status 200 has been sent. For the request's thread, after {@link #takeOver}. */
    boolean hasBegun() {
        return writer != null;
    }

    /**
     * Continues with an answer that is complete after all.
     *
     * @throws InferenceException if it does not belong to the stream that was begun
     */
    void complete(@Nullable Object answer) throws IOException {
        StreamStart begun = start;
        if (begun == null
                || !(answer instanceof HttpAnswer.Whole whole)
                || whole.status() != HttpServletResponse.SC_OK
                || !whole.contentType().equals(begun.framing().contentType())) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route ended without the stream that was asked for");
        }
        response.getOutputStream().write(whole.body());
    }

    /** Reports a failure in the stream that was begun, and ends it. */
    void fail(InferenceException failure) {
        StreamWriter begun = writer;
        if (begun == null || failure.code() == ErrorCode.CANCELLED) {
            return;
        }
        try {
            begun.failure(failure);
        } catch (IOException e) {
            log.debug("the caller of {} disconnected before its failure was sent", call.id());
        }
    }
}
