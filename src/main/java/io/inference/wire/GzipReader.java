package io.inference.wire;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * The members of a gzip stream, one after the other. The JDK's own stream takes a member that has not arrived yet for
 * the end of the stream, and ignores other data after a member.
 */
final class GzipReader {
    private static final int MAGIC_1 = 0x1f;
    private static final int MAGIC_2 = 0x8b;
    private static final int DEFLATE = 8;
    private static final int HAS_CHECKSUM = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int RESERVED = 0xe0;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] buffer = new byte[8 * 1024];
    private int position;
    private int limit;
    private boolean begun;
    private boolean inMember;

    GzipReader(InputStream in) {
        this.in = in;
    }

    /** @return number of bytes; -1 at the end of the last member */
    int read(byte[] into, int offset, int length) throws IOException {
        if (!begun) {
            begun = true;
            readHeader(next());
            inMember = true;
        }
        while (inMember) {
            int read = inflate(into, offset, length);
            if (read > 0) {
                checksum.update(into, offset, read);
                return read;
            }
            if (inflater.finished()) {
                endMember();
            } else if (inflater.needsDictionary()) {
                throw new ZipException("it requires a dictionary");
            } else {
                refill();
            }
        }
        return -1;
    }

    /** Frees the native memory of the JDK's inflater. */
    void end() {
        inflater.end();
    }

    private int inflate(byte[] into, int offset, int length) throws ZipException {
        try {
            return inflater.inflate(into, offset, length);
        } catch (DataFormatException e) {
            throw new ZipException(e.getMessage());
        }
    }

    private void refill() throws IOException {
        if (position == limit && !fill()) {
            throw tooShort();
        }
        inflater.setInput(buffer, position, limit - position);
        position = limit;
    }

    private void endMember() throws IOException {
        position = limit - inflater.getRemaining();
        long sum = nextLong();
        long length = nextLong();
        if (sum != checksum.getValue() || length != (inflater.getBytesWritten() & 0xffffffffL)) {
            throw new ZipException("its checksum is wrong");
        }
        inMember = position < limit || fill();
        if (inMember) {
            readHeader(next());
            inflater.reset();
            checksum.reset();
        }
    }

    private void readHeader(int first) throws IOException {
        if (first != MAGIC_1 || next() != MAGIC_2 || next() != DEFLATE) {
            throw new ZipException("this is no gzip");
        }
        int flags = next();
        if ((flags & RESERVED) != 0) {
            throw new ZipException("this is no gzip");
        }
        // Modification time, extra flags and operating system.
        skip(6);
        if ((flags & HAS_EXTRA) != 0) {
            skip(next() | next() << 8);
        }
        if ((flags & HAS_NAME) != 0) {
            skipText();
        }
        if ((flags & HAS_COMMENT) != 0) {
            skipText();
        }
        if ((flags & HAS_CHECKSUM) != 0) {
            skip(2);
        }
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            int ignored = next();
        }
    }

    private void skipText() throws IOException {
        while (next() != 0) {
            continue;
        }
    }

    /** A four-byte number, little-endian. */
    private long nextLong() throws IOException {
        return next() | next() << 8 | next() << 16 | (long) next() << 24;
    }

    private int next() throws IOException {
        if (position == limit && !fill()) {
            throw tooShort();
        }
        return buffer[position++] & 0xff;
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer, 0, buffer.length));
        return limit > 0;
    }

    private static ZipException tooShort() {
        return new ZipException("it ends too early");
    }
}
