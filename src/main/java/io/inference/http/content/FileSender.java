package io.inference.http.content;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.tomcat.PlainSocket;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends a file. Over plain HTTP the kernel moves its bytes from the page cache to the socket ({@code sendfile}); with
 * TLS they pass a small buffer.
 *
 * <p>The request's own thread does this, not Tomcat's sendfile: that continues on the poller's thread, which serves all
 * connections, and a volume that hangs would stop them all.
 */
public final class FileSender {
    private static final int SLICE = 8 << 20;
    private static final int BUFFER = 64 << 10;

    private FileSender() {}

    /**
     * Sends the answer; only its head to a request of HEAD.
     *
     * @param stopped whether the call has ended, asked between parts of the file
     * @throws InferenceException before anything is sent, if the file is not there or too short
     * @throws IOException if the caller has disconnected, or the file cannot be read to its end
     */
    public static void send(
            HttpAnswer.Content answer,
            HttpServletRequest request,
            HttpServletResponse response,
            BooleanSupplier stopped)
            throws IOException {
        boolean headOnly = request.getMethod().equals("HEAD");
        switch (answer.body()) {
            case null -> head(answer, response);
            case HttpAnswer.OfBytes(byte[] bytes, long from, long length) -> {
                head(answer, response);
                if (!headOnly) {
                    response.getOutputStream().write(bytes, (int) from, (int) length);
                }
            }
            case HttpAnswer.OfFile region -> {
                try (FileChannel file = open(region)) {
                    head(answer, response);
                    if (!headOnly && region.length() > 0) {
                        new Transfer(file, region, response, socket(request), stopped).run();
                    }
                }
            }
        }
    }

    private static @Nullable SocketChannel socket(HttpServletRequest request) {
        return request.getAttribute(PlainSocket.ATTRIBUTE) instanceof PlainSocket plain ? plain.socket() : null;
    }

    private static void head(HttpAnswer.Content answer, HttpServletResponse response) {
        response.setStatus(answer.status());
        if (answer.body() != null) {
            response.setContentType(answer.contentType());
            response.setContentLengthLong(answer.body().length());
        }
        answer.headers().forEach(response::setHeader);
    }

    private static FileChannel open(HttpAnswer.OfFile region) {
        FileChannel file = null;
        try {
            file = FileChannel.open(region.file(), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
            if (file.size() >= region.from() + region.length()) {
                return file;
            }
            file.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
        throw unreadable(null);
    }

    private static InferenceException unreadable(@Nullable IOException cause) {
        return new InferenceException(ErrorCode.UNAVAILABLE, "the file cannot be read now", cause);
    }

    /** One file on its way. */
    private static final class Transfer {
        private final FileChannel file;
        private final HttpServletResponse response;
        private final @Nullable SocketChannel socket;
        private final BooleanSupplier stopped;
        private final long end;
        private long at;

        Transfer(
                FileChannel file,
                HttpAnswer.OfFile region,
                HttpServletResponse response,
                @Nullable SocketChannel socket,
                BooleanSupplier stopped) {
            this.file = file;
            this.response = response;
            this.socket = socket;
            this.stopped = stopped;
            this.at = region.from();
            this.end = region.from() + region.length();
        }

        void run() throws IOException {
            ServletOutputStream out = response.getOutputStream();
            ByteBuffer buffer = null;
            if (socket != null) {
                response.flushBuffer();
            }
            while (at < end) {
                if (stopped.getAsBoolean()) {
                    throw new IOException("the call has ended");
                }
                long sent = socket == null ? 0 : file.transferTo(at, Math.min(end - at, SLICE), socket);
                at += sent;
                if (sent == 0) {
                    // The socket takes no more now, and is non-blocking: a write by the container waits for it.
                    buffer = buffer == null ? ByteBuffer.allocate((int) Math.min(BUFFER, end - at)) : buffer;
                    write(buffer, out);
                }
            }
        }

        private void write(ByteBuffer buffer, ServletOutputStream out) throws IOException {
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
            int read = file.read(buffer, at);
            if (read <= 0) {
                throw new EOFException("the file became shorter while it was sent");
            }
            out.write(buffer.array(), 0, read);
            if (socket != null) {
                out.flush();
            }
            at += read;
        }
    }
}
