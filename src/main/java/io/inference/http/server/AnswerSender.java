package io.inference.http.server;

import io.inference.api.Chunk;
import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import io.inference.api.StreamEvent;
import io.inference.http.HttpAnswer;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sends a route's answer: at once where it is whole, chunk by chunk where it is being made. */
final class AnswerSender {
    private final Duration keepAlive;

    AnswerSender(Duration keepAlive) {
        this.keepAlive = keepAlive;
    }

    void send(HttpAnswer.Whole answer, HttpServletResponse response) throws IOException {
        response.setStatus(answer.status());
        response.setContentType(answer.contentType());
        response.setContentLength(answer.body().length);
        response.getOutputStream().write(answer.body());
    }

    void send(HttpAnswer.Copied answer, HttpServletResponse response) throws IOException {
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType(answer.contentType());
        response.setContentLengthLong(answer.length());
        try (var content = answer.content()) {
            content.transferTo(response.getOutputStream());
        }
    }

    /** The head of a stream; of no effect where it has been sent. */
    static void begin(String contentType, HttpServletResponse response) {
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType(contentType);
        response.setHeader("Cache-Control", "no-cache");
        response.setHeader("X-Accel-Buffering", "no");
    }

    /**
     * Sends a stream to its end and closes it.
     *
     * @return what broke it off after its first byte, which the caller has been told in the stream; null where it is whole
     * @throws IOException when the caller has gone
     */
    @Nullable
    InferenceException send(HttpAnswer.Streamed answer, HttpServletResponse response) throws IOException {
        begin(answer.contentType(), response);
        ServletOutputStream out = response.getOutputStream();
        try (var chunks = answer.chunks()) {
            while (true) {
                switch (chunks.next(keepAlive)) {
                    case Chunk chunk -> answer.encoder().chunk(chunk, out);
                    case StreamEvent.Silence silence -> answer.encoder().keepAlive(out);
                    case StreamEvent.End end -> {
                        answer.encoder().end(out);
                        return null;
                    }
                }
                out.flush();
            }
        } catch (InferenceException failure) {
            if (failure.code() != ErrorCode.CANCELLED) {
                answer.encoder().failure(failure, out);
            }
            return failure;
        } catch (RuntimeException fault) {
            if (!response.isCommitted()) {
                throw fault;
            }
            // Without a word the caller would take what it has for the whole answer.
            var failure = new InferenceException(
                    ErrorCode.INTERNAL, "the service failed; the log has the request's id", fault);
            answer.encoder().failure(failure, out);
            return failure;
        }
    }
}
