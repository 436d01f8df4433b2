package io.inference.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Lines of a stream, read in place: {@link #bytes} from {@link #from} up to {@link #to}, without {@code \n} or
 * {@code \r\n}.
 */
final class LineReader {
    private static final int INITIAL_BYTES = 4096;

    private final InputStream in;
    private final int maxLineBytes;
    private byte[] buffer = new byte[INITIAL_BYTES];
    private int start;
    private int end;
    private int from;
    private int to;

    LineReader(InputStream in, int maxLineBytes) {
        this.in = in;
        this.maxLineBytes = maxLineBytes;
    }

    byte[] bytes() {
        return buffer;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** @return false if there is no further line; a last one without an end counts as one */
    boolean next() throws IOException {
        int scanned = start;
        while (true) {
            for (; scanned < end; scanned++) {
                if (buffer[scanned] == '\n') {
                    take(scanned, scanned + 1);
                    return true;
                }
            }
            int unread = end - start;
            if (unread > maxLineBytes) {
                throw new IOException("a line is longer than " + maxLineBytes + " bytes");
            }
            makeRoom();
            scanned = end;
            int read = in.read(buffer, end, buffer.length - end);
            if (read < 0) {
                take(end, end);
                return unread > 0;
            }
            end += read;
        }
    }

    private void take(int lineEnd, int nextStart) {
        from = start;
        to = lineEnd > start && buffer[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
        start = nextStart;
    }

    private void makeRoom() {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        } else if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
    }
}
