package io.inference.http.server;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ImageEvent;
import io.inference.api.stream.StreamEvent;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamWriter;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** Sends a route's answer: at once if it is complete, chunk by chunk if it is being generated. */
final class AnswerSender {
    private final Duration keepAlive;

    AnswerSender(Duration keepAlive) {
        this.keepAlive = keepAlive;
    }

    void send(HttpAnswer.Whole answer, Lock writing, HttpServletResponse response) throws IOException {
        writing.lock();
        try {
            answer.writeTo(response);
        } finally {
            writing.unlock();
        }
    }

    void send(HttpAnswer.Copied answer, HttpServletResponse response) throws IOException {
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType(answer.contentType());
        response.setContentLengthLong(answer.length());
        try (var content = answer.content()) {
            content.transferTo(response.getOutputStream());
        }
    }

    /** Sends the head of a stream; without effect if it has been sent. */
    static void begin(String contentType, HttpServletResponse response) {
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType(contentType);
        // A route may have set something stricter.
        if (!response.containsHeader("Cache-Control")) {
            response.setHeader("Cache-Control", "no-cache");
        }
        response.setHeader("X-Accel-Buffering", "no");
    }

    /**
     * Sends a stream to its end and closes it.
     *
     * @param writing held while something is written, never while waiting for a chunk
     * @return the failure after its first byte, which the stream has reported to the caller; null if the answer is
     *     complete
     * @throws IOException if the caller has disconnected
     */
    @Nullable
    InferenceException send(HttpAnswer.Streamed answer, Lock writing, HttpServletResponse response) throws IOException {
        begin(answer.contentType(), response);
        ServletOutputStream out = response.getOutputStream();
        StreamWriter writer = new StreamWriter(answer.framing(), answer.encoder(), out);
        try (var chunks = answer.chunks()) {
            StreamEvent event;
            do {
                event = chunks.next(keepAlive);
                writing.lock();
                try {
                    write(event, writer, out);
                } finally {
                    writing.unlock();
                }
            } while (!(event instanceof StreamEvent.End));
            return null;
        } catch (InferenceException failure) {
            if (failure.code() != ErrorCode.CANCELLED) {
                reportFailure(failure, writer, writing);
            }
            return failure;
        } catch (RuntimeException fault) {
            if (!response.isCommitted()) {
                throw fault;
            }
            // Without an error object the caller would take the received part for the whole answer.
            InferenceException failure = InferenceException.of(fault);
            reportFailure(failure, writer, writing);
            return failure;
        }
    }

    private static void write(StreamEvent event, StreamWriter writer, ServletOutputStream out) throws IOException {
        switch (event) {
            case Chunk chunk -> {
                writer.chunk(chunk);
                out.flush();
            }
            case ImageEvent image -> {
                writer.image(image);
                out.flush();
            }
            case StreamEvent.Silence silence -> {
                writer.keepAlive();
                out.flush();
            }
            case StreamEvent.End end -> writer.end();
        }
    }

    private static void reportFailure(InferenceException failure, StreamWriter writer, Lock writing)
            throws IOException {
        writing.lock();
        try {
            writer.failure(failure);
        } finally {
            writing.unlock();
        }
    }
}
