package io.inference.upstream;

import io.inference.wire.Gzip;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.apache.hc.client5.http.entity.DeflateInputStream;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;

/** Reads whole bodies, of bounded size, to their very end, so that the connection can be reused. */
final class Replies {
    private static final int MAX_ERROR_BYTES = 64 << 10;
    private static final long MAX_RETRY_SECONDS = Duration.ofDays(1).toSeconds();
    private static final Pattern SECONDS = Pattern.compile("\\d+(\\.\\d*)?");

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
        InputStream in = content(response);
        long length = 0;
        if (entity != null) {
            length = entity.getContentEncoding() == null ? entity.getContentLength() : -1;
        }
        byte[] body = length >= 0 && length <= Reply.MAX_BYTES ? exactly(in, (int) length) : upTo(in, Reply.MAX_BYTES);
        return new Reply(200, body, null);
    }

    /** An error's body is truncated at a bound that a normal one never reaches. */
    static Reply error(ClassicHttpResponse response, UpstreamRequest exchange) throws IOException {
        byte[] body;
        try {
            body = content(response).readNBytes(MAX_ERROR_BYTES);
        } catch (ZipException e) {
            // The status says enough.
            exchange.stop();
            body = new byte[0];
        }
        if (body.length == MAX_ERROR_BYTES) {
            exchange.stop();
        }
        return new Reply(response.getCode(), body, retryAfter(response));
    }

    /** The body, decoded: some servers compress although they were asked not to. */
    static InputStream content(ClassicHttpResponse response) throws IOException {
        HttpEntity entity = response.getEntity();
        InputStream content = entity == null ? null : entity.getContent();
        if (entity == null || content == null) {
            return InputStream.nullInputStream();
        }
        String encoding = entity.getContentEncoding();
        return encoding == null ? content : decoded(content, encoding.toLowerCase(Locale.ROOT));
    }

    private static InputStream decoded(InputStream content, String encoding) throws IOException {
        InputStream decoded = content;
        for (String coding : List.of(encoding.split(",")).reversed()) {
            decoded = switch (coding.strip()) {
                case "", "identity" -> decoded;
                case "gzip", "x-gzip" -> Gzip.stream(decoded);
                case "deflate" -> new DeflateInputStream(decoded);
                default -> throw new ZipException("an unknown content coding");
            };
        }
        return decoded;
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
        String value = header.getValue().strip();
        double seconds;
        if (SECONDS.matcher(value).matches()) {
            seconds = Math.ceil(Double.parseDouble(value));
        } else {
            Instant at = DateUtils.parseStandardDate(value);
            if (at == null) {
                return null;
            }
            // By the server's clock, if it says what that shows: ours may differ.
            Instant now = DateUtils.parseStandardDate(response, "Date");
            seconds = Math.ceil(
                    Duration.between(now == null ? Instant.now() : now, at).toMillis() / 1000.0);
        }
        return Duration.ofSeconds(Math.clamp((long) seconds, 0, MAX_RETRY_SECONDS));
    }
}
