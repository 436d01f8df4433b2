package io.inference.image.check;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Decompresses a zlib stream through a small buffer, without keeping what comes out. */
final class Inflation implements AutoCloseable {
    private static final int BUFFER_BYTES = 32 * 1024;

    /** Gets what was decompressed. */
    @FunctionalInterface
    interface Sink {
        /** @param from how many bytes came before these */
        void take(byte[] bytes, int count, long from) throws BadImageException;
    }

    private final Inflater inflater = new Inflater();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final long most;
    private long total;

    /** @param most bytes that may come out */
    Inflation(long most) {
        this.most = most;
    }

    /** Decompresses a part of the stream; what follows its end is not looked at. */
    void take(ByteBuffer part, Sink sink) throws BadImageException {
        inflater.setInput(part);
        try {
            while (!inflater.finished()) {
                int count = inflater.inflate(buffer);
                if (count == 0) {
                    if (inflater.needsDictionary()) {
                        throw new BadImageException("its compressed data cannot be read");
                    }
                    return;
                }
                if (total + count > most) {
                    throw new BadImageException("its compressed data hold more than its header says or is allowed");
                }
                sink.take(buffer, count, total);
                total += count;
            }
        } catch (DataFormatException e) {
            throw new BadImageException("its compressed data cannot be read");
        }
    }

    /** Whether the stream has ended, with the right checksum. */
    boolean isComplete() {
        return inflater.finished();
    }

    long total() {
        return total;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
