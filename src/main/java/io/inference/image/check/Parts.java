package io.inference.image.check;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Collects the parts of a file that are kept. Those that follow each other become one. */
final class Parts {
    private final ByteBuffer file;
    private final List<ByteBuffer> kept = new ArrayList<>();
    private int from;
    private int to;

    Parts(ByteBuffer file) {
        this.file = file;
    }

    /** Keeps the bytes of the file from one place up to another. */
    void keep(int start, int end) {
        if (start != to) {
            flush();
            from = start;
        }
        to = end;
    }

    /** Adds bytes that the file does not have. */
    void add(byte[] bytes) {
        flush();
        kept.add(ByteBuffer.wrap(bytes));
    }

    List<ByteBuffer> all() {
        flush();
        return kept;
    }

    private void flush() {
        if (to > from) {
            kept.add(file.slice(from, to - from));
        }
        from = to;
    }
}
