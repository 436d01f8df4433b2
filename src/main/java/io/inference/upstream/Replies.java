package io.inference.upstream;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;

/** Reads whole bodies, of bounded size, to their very end, so that the connection can be reused. */
final class Replies {
    private static final int MAX_BYTES = 128 << 20;
    private static final int MAX_ERROR_BYTES = 64 << 10;

    private Replies() {}

    static Reply read(ClassicHttpResponse response, UpstreamRequest exchange) throws IOException {
        if (response.getCode() != 200) {
            return error(response, exchange);
        }
        try {
            return ok(response);
        } catch (IOException e) {
            // Before the response is closed, which would first read the rest of it.
            exchange.stop();
            throw e;
        }
    }

    private static Reply ok(ClassicHttpResponse response) throws IOException {
        HttpEntity entity = response.getEntity();
        long length = entity == null ? 0 : entity.getContentLength();
        InputStream in = content(response);
        byte[] body = length >= 0 && length <= MAX_BYTES ? exactly(in, (int) length) : upTo(in, MAX_BYTES);
        return new Reply(200, body, null);
    }

    /** An error's body is truncated at a bound that a normal one never reaches. */
    static Reply error(ClassicHttpResponse response, UpstreamRequest exchange) throws IOException {
        byte[] body = content(response).readNBytes(MAX_ERROR_BYTES);
        if (body.length == MAX_ERROR_BYTES) {
            exchange.stop();
        }
        return new Reply(response.getCode(), body, retryAfter(response));
    }

    static InputStream content(ClassicHttpResponse response) throws IOException {
        HttpEntity entity = response.getEntity();
        InputStream content = entity == null ? null : entity.getContent();
        return content == null ? InputStream.nullInputStream() : content;
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] body = new byte[length];
        int read = in.readNBytes(body, 0, length);
        if (read < length || in.read() >= 0) {
            throw new EOFException("read " + read + " bytes of " + length);
        }
        return body;
    }

    private static byte[] upTo(InputStream in, int maxBytes) throws IOException {
        byte[] body = in.readNBytes(maxBytes + 1);
        if (body.length > maxBytes) {
            throw new IOException("the answer is longer than " + maxBytes + " bytes");
        }
        return body;
    }

    private static @Nullable Duration retryAfter(ClassicHttpResponse response) {
        Header header = response.getFirstHeader("Retry-After");
        if (header == null) {
            return null;
        }
        try {
            return Duration.ofSeconds(
                    Math.max(0, Long.parseLong(header.getValue().strip())));
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
