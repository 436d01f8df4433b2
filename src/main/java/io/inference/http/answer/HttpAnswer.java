package io.inference.http.answer;

import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamedAnswer;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer that a REST route leaves as its body for the door to send. Its headers are the door's own and the allowed
 * ones of the exchange.
 */
public sealed interface HttpAnswer {
    String contentType();

    /** A complete answer in JSON, status 200. */
    static Whole json(byte[] body) {
        return new Whole(200, "application/json", body);
    }

    /** A complete answer. */
    record Whole(int status, String contentType, byte[] body) implements HttpAnswer {
        /** Writes it as the whole response; headers that are set stay. */
        public void writeTo(HttpServletResponse response) throws IOException {
            response.setStatus(status);
            response.setContentType(contentType);
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        }
    }

    /**
     * A stored answer that is copied to the caller without being held whole in memory. The door closes it.
     *
     * @param length in bytes, or {@link #UNKNOWN}
     */
    record Copied(String contentType, long length, InputStream content) implements HttpAnswer {
        public static final long UNKNOWN = -1;
    }

    /**
     * Stored bytes, or an answer that is about them.
     *
     * @param headers of its own, beside Content-Type and Content-Length
     * @param body null for an answer without a body
     */
    record Content(
            int status,
            String contentType,
            Map<String, String> headers,
            @Nullable Region body) implements HttpAnswer {
        public Content {
            headers = Map.copyOf(headers);
        }
    }

    /** A part of stored bytes, or all of them. */
    sealed interface Region {
        /** First byte. */
        long from();

        /** In bytes. */
        long length();
    }

    /** A part of a file. */
    record OfFile(Path file, long from, long length) implements Region {}

    /** A part of an array. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, and not to be copied.
    record OfBytes(byte[] bytes, long from, long length) implements Region {}

    /** An answer that is sent while it is generated. The door pulls, encodes, frames, flushes and closes it. */
    record Streamed(Framing framing, ChunkStream chunks, ChunkEncoder encoder) implements HttpAnswer, StreamedAnswer {
        @Override
        public String contentType() {
            return framing.contentType();
        }
    }

    /** A stream that is complete before it is sent: all its JSON objects, which the door frames. */
    record ObjectList(Framing framing, List<byte[]> objects) implements HttpAnswer {
        @Override
        public String contentType() {
            return framing.contentType();
        }

        /** The stream as one body, status 200. */
        public Whole framed() {
            var out = new ByteArrayOutputStream(512);
            for (byte[] object : objects) {
                out.writeBytes(framing.before.asUnquotedUTF8());
                out.writeBytes(object);
                out.writeBytes(framing.after.asUnquotedUTF8());
            }
            out.writeBytes(framing.end.asUnquotedUTF8());
            return new Whole(200, contentType(), out.toByteArray());
        }
    }
}
