package io.inference.http.server;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.form.StreamedBody;
import io.inference.wire.Gzip;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body up to a size and at a minimum rate: it may take a grace time, and a second more for each kilobyte
 * received. The rate counts bytes on the wire, the size counts bytes after decoding.
 */
final class BodyReader {
    private static final long NANOS_A_BYTE = Duration.ofSeconds(1).toNanos() / 1024;
    private static final int FIRST = 8 * 1024;

    /** More than what gzip adds to a body that it cannot compress. */
    private static final int CODING_COST = 4096;

    private final long most;
    private final long graceNanos;
    private final LongSupplier nanoTime;

    /**
     * @param most bytes, below two gigabytes
     * @param grace time that every body may take
     */
    BodyReader(long most, Duration grace, LongSupplier nanoTime) {
        this.most = most;
        this.graceNanos = grace.toNanos();
        this.nanoTime = nanoTime;
    }

    /**
     * @param declared value of Content-Length; negative if there is none
     * @throws InferenceException with {@code TOO_LARGE}, or {@code INVALID_REQUEST} for a sender that is too slow
     */
    byte[] read(InputStream in, long declared) throws IOException {
        if (declared > most) {
            throw tooLarge();
        }
        long start = nanoTime.getAsLong();
        // Allocates for the received bytes, not for the declared length: declaring costs the sender nothing.
        byte[] body = new byte[(int) Math.min(declared < 0 ? FIRST : Math.max(declared, 1), 8 * FIRST)];
        int length = 0;
        while (true) {
            int count = readSome(in, body, length, body.length - length);
            if (count < 0) {
                return length == body.length ? body : Arrays.copyOf(body, length);
            }
            length += count;
            if (length > most) {
                throw tooLarge();
            }
            if (length == declared) {
                return length == body.length ? body : Arrays.copyOf(body, length);
            }
            checkPace(start, length);
            if (length == body.length) {
                body = Arrays.copyOf(body, (int) Math.min(2L * length, most + 1));
            }
        }
    }

    /**
     * Reads a gzip-coded body. It is refused as soon as it is known to be too large; until it is complete, memory holds
     * only the bytes received from the wire.
     *
     * @param declared value of Content-Length; negative if there is none
     * @throws InferenceException as of {@link #read}, and with {@code INVALID_REQUEST} for invalid gzip
     */
    byte[] readGzip(InputStream in, long declared) throws IOException {
        long mostCoded = most + most / 64 + CODING_COST;
        if (declared > mostCoded) {
            throw tooLarge();
        }
        var wire = new Wire(in, declared, mostCoded);
        try {
            long length = Gzip.measure(wire, most);
            if (length > most) {
                throw tooLarge();
            }
            return Gzip.decode(wire.received.toByteArray(), (int) length);
        } catch (ZipException e) {
            throw notGzip(e);
        }
    }

    /** The body as received, bounded, and kept in memory. */
    private final class Wire extends InputStream {
        private final InputStream in;
        private final long declared;
        private final long most;
        private final long start = nanoTime.getAsLong();
        private final ByteArrayOutputStream received = new ByteArrayOutputStream(FIRST);

        Wire(InputStream in, long declared, long most) {
            this.in = in;
            this.declared = declared;
            this.most = most;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("read by the block");
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (received.size() == declared) {
                return -1;
            }
            int count = readSome(in, into, offset, length);
            if (count > 0) {
                received.write(into, offset, count);
                if (received.size() > most) {
                    throw tooLarge();
                }
                if (received.size() != declared) {
                    checkPace(start, received.size());
                }
            }
            return count;
        }
    }

    /**
     * A body that is read while it arrives, with the same bounds.
     *
     * @param coded whether it is gzip
     * @param declared as of {@link #read}
     * @throws InferenceException as of {@link #read}
     */
    Arriving arriving(InputStream in, boolean coded, long declared) throws IOException {
        long bound = coded ? most + most / 64 + CODING_COST : most;
        if (declared > bound) {
            throw tooLarge();
        }
        return new Arriving(in, coded, declared, bound);
    }

    /** A body on its way. */
    final class Arriving {
        private final Bounded wire;
        private final boolean coded;
        private final long declared;

        private Arriving(InputStream in, boolean coded, long declared, long bound) {
            this.wire = new Bounded(in, declared, bound, true);
            this.coded = coded;
            this.declared = declared;
        }

        /** Whether all of it has been read from the connection. */
        boolean isRead() {
            return wire.ended;
        }

        StreamedBody body() {
            return new StreamedBody(coded ? new Decoded() : wire, coded ? -1 : declared);
        }

        /** Begins to decode when it is read for the first time, since that reads the head of the gzip. */
        private final class Decoded extends InputStream {
            private @Nullable InputStream decoder;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                try {
                    if (decoder == null) {
                        decoder = new Bounded(new GZIPInputStream(wire, FIRST), -1, most, false);
                    }
                    return decoder.read(into, offset, length);
                } catch (ZipException | EOFException e) {
                    throw notGzip(e);
                }
            }
        }
    }

    /** Reads up to a number of bytes, and in time if it is the wire. */
    private final class Bounded extends InputStream {
        private final InputStream in;
        private final long declared;
        private final long bound;
        private final boolean timed;
        private final long start = nanoTime.getAsLong();
        private long received;
        private volatile boolean ended;

        Bounded(InputStream in, long declared, long bound, boolean timed) {
            this.in = in;
            this.declared = declared;
            this.bound = bound;
            this.timed = timed;
            this.ended = declared == 0;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (ended) {
                return -1;
            }
            int count = readSome(in, into, offset, length);
            if (count < 0) {
                ended = true;
                return -1;
            }
            received += count;
            if (received > bound) {
                throw tooLarge();
            }
            if (received == declared) {
                ended = true;
            } else if (timed) {
                checkPace(start, received);
            }
            return count;
        }
    }

    private static InferenceException notGzip(IOException e) {
        return InferenceException.invalid(
                "Content-Encoding", "the body is not the gzip that Content-Encoding names: " + e.getMessage());
    }

    private void checkPace(long startNanos, long length) {
        if (nanoTime.getAsLong() - startNanos > graceNanos + length * NANOS_A_BYTE) {
            throw tooSlow();
        }
    }

    /** A silent sender counts as too slow; the container reports it by an exception wrapped in its own. */
    private static int readSome(InputStream in, byte[] into, int offset, int length) throws IOException {
        try {
            return in.read(into, offset, length);
        } catch (IOException e) {
            if (e instanceof SocketTimeoutException || e.getCause() instanceof SocketTimeoutException) {
                throw tooSlow();
            }
            throw e;
        }
    }

    private static InferenceException tooSlow() {
        return new InferenceException(ErrorCode.INVALID_REQUEST, "the request's body came too slowly");
    }

    private InferenceException tooLarge() {
        return new InferenceException(
                ErrorCode.TOO_LARGE, "the request is larger than " + most + " bytes (MAX_REQUEST_SIZE)");
    }
}
