package io.inference.image.check;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Decodes the LZW codes of a GIF's frame for the number of pixels that they stand for: of each code only the length of
 * its string is kept.
 */
final class LzwCount {
    private static final int MOST_BITS = 12;
    private static final int MOST_FIRST_BITS = 8;

    private final ByteBuffer file;
    private final int firstBits;
    private final int[] lengths = new int[1 << MOST_BITS];
    private int at;
    private int blockLeft;
    private int bits;
    private int bitCount;

    /** @param start where the number of the first codes' bits is, followed by a chain of blocks */
    LzwCount(ByteBuffer file, int start) throws BadImageException {
        this.file = file;
        firstBits = file.get(start);
        if (firstBits < 1 || firstBits > MOST_FIRST_BITS) {
            throw wrong();
        }
        at = start + 1;
    }

    void check(long pixels) throws BadImageException {
        int clear = 1 << firstBits;
        int end = clear + 1;
        Arrays.fill(lengths, 0, clear, 1);
        int next = end + 1;
        int width = firstBits + 1;
        int before = -1;
        long count = 0;
        while (count < pixels) {
            int code = code(width);
            if (code == clear) {
                next = end + 1;
                width = firstBits + 1;
                before = -1;
                continue;
            }
            if (code < 0 || code == end) {
                throw new BadImageException("it is not complete");
            }
            boolean isNew = before >= 0 && code == next && next < lengths.length;
            if (code > end && code >= next && !isNew || before < 0 && code >= clear) {
                throw wrong();
            }
            if (before >= 0 && next < lengths.length) {
                lengths[next] = lengths[before] + 1;
                next++;
                if (next == 1 << width && width < MOST_BITS) {
                    width++;
                }
            }
            count += lengths[code];
            before = code;
        }
        if (count > pixels) {
            throw new BadImageException("its compressed data hold more than its header says or is allowed");
        }
    }

    /** The next code; negative after the last block. */
    private int code(int width) {
        while (bitCount < width) {
            if (blockLeft == 0) {
                blockLeft = file.get(at++) & 0xFF;
                if (blockLeft == 0) {
                    return -1;
                }
            }
            bits |= (file.get(at++) & 0xFF) << bitCount;
            bitCount += Byte.SIZE;
            blockLeft--;
        }
        int code = bits & (1 << width) - 1;
        bits >>>= width;
        bitCount -= width;
        return code;
    }

    private static BadImageException wrong() {
        return new BadImageException("its compressed data cannot be read");
    }
}
