package io.inference.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;

/**
 * Decodes gzip (RFC 1952) from untrusted senders: one or more members, and nothing after them. The decoded length is
 * measured first, in a few kilobytes of memory, so that small data that decodes to gigabytes does not need that memory.
 */
public final class Gzip {
    private static final int SCRATCH = 8 * 1024;

    private Gzip() {}

    /**
     * Length of the data when decoded; stops reading as soon as it exceeds {@code most}.
     *
     * @return in bytes; some number above {@code most} if the decoded data is longer
     * @throws ZipException if the data is damaged or truncated
     */
    public static long measure(InputStream coded, long most) throws IOException {
        byte[] scratch = new byte[SCRATCH];
        long length = 0;
        GzipReader reader = new GzipReader(coded);
        try {
            int read = reader.read(scratch, 0, scratch.length);
            while (read >= 0 && length <= most) {
                length += read;
                read = reader.read(scratch, 0, scratch.length);
            }
            return length;
        } finally {
            reader.end();
        }
    }

    /** Decodes while it is read, each piece as soon as possible. The reader limits the length. */
    public static InputStream stream(InputStream coded) {
        return new GzipStream(new GzipReader(coded));
    }

    /**
     * Decodes data that has been measured.
     *
     * @param length result of {@link #measure}
     */
    public static byte[] decode(byte[] coded, int length) throws IOException {
        byte[] decoded = new byte[length];
        GzipReader reader = new GzipReader(new ByteArrayInputStream(coded));
        try {
            for (int filled = 0, read; filled < length; filled += read) {
                read = reader.read(decoded, filled, length - filled);
                if (read < 0) {
                    throw new ZipException("it is shorter than it was");
                }
            }
            return decoded;
        } finally {
            reader.end();
        }
    }

    private static final class GzipStream extends InputStream {
        private final GzipReader reader;
        private boolean ended;

        GzipStream(GzipReader reader) {
            this.reader = reader;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (ended) {
                return -1;
            }
            int read = length == 0 ? 0 : reader.read(into, offset, length);
            if (read < 0) {
                close();
            }
            return read;
        }

        /** Leaves the stream below open. */
        @Override
        public void close() {
            ended = true;
            reader.end();
        }
    }
}
