package io.inference.image.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebP without loss (RFC 9649, section 3), written bit by bit. */
class LosslessWebpTest {
    private static final long MOST_ALLOCATED = 50_000_000;

    private final ImageCheck check = new ImageCheck(new ImageLimits(2048));
    private final ByteArrayOutputStream bits = new ByteArrayOutputStream();
    private int current;
    private int count;

    /** Adds bits, the lowest first. */
    private void put(int value, int length) {
        for (int i = 0; i < length; i++) {
            current |= (value >> i & 1) << count;
            if (++count == Byte.SIZE) {
                bits.write(current);
                current = 0;
                count = 0;
            }
        }
    }

    private void begin(int side) {
        put(0x2F, 8);
        put(side - 1, 14);
        put(side - 1, 14);
        // No alpha, version 0, no transform, no cache of colours.
        put(0, 1 + 3 + 1 + 1);
    }

    /** A prefix code of one symbol, which takes no bit. */
    private void oneSymbol(int symbol) {
        put(0b101, 3);
        put(symbol, 8);
    }

    /** A prefix code of 256 symbols with 8 bits each. */
    private void allSymbols() {
        put(0, 1);
        // Twelve lengths of the code of lengths; the last one is that of 8.
        put(8, 4);
        put(0, 11 * 3);
        put(1, 3);
        // 256 lengths follow, of no bit each.
        put(1, 1);
        put(3, 3);
        put(254, 8);
    }

    private byte[] file(byte[] rest) {
        put(0, (Byte.SIZE - count) % Byte.SIZE);
        bits.writeBytes(rest);
        int length = bits.size() + (bits.size() & 1);
        return ByteBuffer.allocate(20 + length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt(12 + length)
                .put("WEBPVP8L".getBytes(StandardCharsets.US_ASCII))
                .putInt(bits.size())
                .put(bits.toByteArray())
                .array();
    }

    @Test
    void aLargePictureOfNoiseIsTaken() throws BadImageException {
        begin(1024);
        put(0, 1);
        for (int channel = 0; channel < 4; channel++) {
            allSymbols();
        }
        oneSymbol(0);
        byte[] pixels = new byte[4 * 1024 * 1024];
        new Random(1).nextBytes(pixels);
        CheckedImage image = check.check(ByteBuffer.wrap(file(pixels)));
        assertThat(image.width()).isEqualTo(1024);
    }

    /** 65,536 groups of five prefix codes, each of which takes a few bits and becomes a table of kilobytes. */
    @ParameterizedTest
    @ValueSource(ints = {16, 2048})
    void tablesThatTheFileOnlyNamesAreNotAllBuilt(int side) {
        begin(side);
        // A picture in blocks of four pixels a side says which group a block uses: the last one.
        put(1, 1);
        put(0, 3);
        put(0, 1);
        for (int symbol : new int[] {255, 255, 0, 255, 0}) {
            oneSymbol(symbol);
        }
        byte[] tables = new byte[3_000_000];
        Arrays.fill(tables, (byte) 0b10110101);
        byte[] file = file(tables);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long begun = System.nanoTime();
        Throwable refused = catchThrowable(() -> check.check(ByteBuffer.wrap(file)));
        long nanos = System.nanoTime() - begun;
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        System.out.printf("WebP of %d pixels a side: %.1f ms, %d bytes%n", side, nanos / 1e6, allocated);
        assertThat(refused).isInstanceOf(BadImageException.class);
        assertThat(allocated).isLessThan(MOST_ALLOCATED);
    }
}
