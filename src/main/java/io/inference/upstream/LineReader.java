package io.inference.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Lines of a stream, read in place: {@link #bytes} from {@link #from} up to {@link #to}, without their ends {@code \n},
 * {@code \r\n} or {@code \r}, and without a byte order mark before the first.
 */
final class LineReader {
    private static final int INITIAL_BYTES = 4096;

    private final InputStream in;
    private final int maxLineBytes;
    private byte[] buffer;
    private int start;
    private int end;
    private int from;
    private int to;
    private boolean begun;
    private boolean ended;
    /** A line ended with {@code \r}: it was not held back to see whether {@code \n} follows. */
    private boolean afterReturn;

    LineReader(InputStream in, int maxLineBytes) {
        this.in = in;
        this.maxLineBytes = maxLineBytes;
        this.buffer = new byte[INITIAL_BYTES];
    }

    /** @param text of which lines are not copied */
    LineReader(byte[] text) {
        this.in = InputStream.nullInputStream();
        this.maxLineBytes = text.length;
        this.buffer = text;
        this.end = text.length;
        this.ended = true;
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
        skipFeed();
        int scanned = start;
        while (true) {
            for (; scanned < end; scanned++) {
                byte b = buffer[scanned];
                if (b == '\n' || b == '\r') {
                    take(scanned, scanned + 1);
                    afterReturn = b == '\r';
                    return true;
                }
            }
            int unread = end - start;
            if (unread > maxLineBytes) {
                throw new IOException("a line is longer than " + maxLineBytes + " bytes");
            }
            if (ended || !fill()) {
                take(end, end);
                return unread > 0;
            }
            skipFeed();
            scanned = start + unread;
        }
    }

    private boolean fill() throws IOException {
        makeRoom();
        int read = in.read(buffer, end, buffer.length - end);
        ended = read < 0;
        end += Math.max(0, read);
        return !ended;
    }

    private void skipFeed() {
        if (afterReturn && start < end) {
            afterReturn = false;
            if (buffer[start] == '\n') {
                start++;
            }
        }
    }

    private void take(int lineEnd, int nextStart) {
        from = start;
        to = lineEnd;
        start = nextStart;
        if (!begun) {
            begun = true;
            if (to - from >= 3
                    && buffer[from] == (byte) 0xef
                    && buffer[from + 1] == (byte) 0xbb
                    && buffer[from + 2] == (byte) 0xbf) {
                from += 3;
            }
        }
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
