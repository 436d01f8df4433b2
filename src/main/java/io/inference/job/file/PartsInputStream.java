package io.inference.job.file;

import java.io.InputStream;
import java.util.Optional;
import java.util.function.IntFunction;

/** Fetches parts one after the other while they are read. */
final class PartsInputStream extends InputStream {
    private final IntFunction<Optional<byte[]>> parts;
    private byte[] part = new byte[0];
    private int next;
    private int at;
    private boolean ended;

    /** @param parts by their number from 0; empty after the last */
    PartsInputStream(IntFunction<Optional<byte[]>> parts) {
        this.parts = parts;
    }

    @Override
    public int read() {
        return hasMore() ? part[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int from, int most) {
        if (most == 0) {
            return 0;
        }
        if (!hasMore()) {
            return -1;
        }
        int count = Math.min(most, part.length - at);
        System.arraycopy(part, at, into, from, count);
        at += count;
        return count;
    }

    private boolean hasMore() {
        while (at == part.length && !ended) {
            Optional<byte[]> fetched = parts.apply(next);
            ended = fetched.isEmpty();
            if (fetched.isPresent()) {
                part = fetched.get();
                at = 0;
                next++;
            }
        }
        return at < part.length;
    }
}
