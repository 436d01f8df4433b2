package io.inference.engine.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Turns stored weights into floats, plainly: the reference for every faster way. The layouts are ggml's; a block opens
 * with its scale {@code d} (and minimum {@code m}) as 16-bit floats.
 *
 * <pre>
 * Q4_0  d, 16 bytes of two 4-bit q             x = d * (q - 8)
 * Q4_1  d, m, 16 bytes                         x = d * q + m
 * Q5_0  d, 32 fifth bits, 16 bytes             x = d * (q - 16)
 * Q5_1  d, m, 32 fifth bits, 16 bytes          x = d * q + m
 * Q8_0  d, 32 signed bytes                     x = d * q
 * Q4_K  d, m, 12 bytes of 6-bit scales, 128 bytes              x = d * s * q - m * t, a pair (s,t) for each 32
 * Q5_K  d, m, 12 bytes of scales, 32 of fifth bits, 128        the same
 * Q6_K  128 bytes of low, 64 of high bits, 16 scales, d        x = d * s * (q - 32), a scale for each 16
 * </pre>
 *
 * In a block of 32 the low halves of the bytes are elements 0 to 15, the high halves 16 to 31.
 */
public final class Dequantizer {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Dequantizer() {}

    /** Row {@code row} of {@code w} into {@code out[offset .. offset+columns)}. */
    public static void row(Weight w, int row, float[] out, int offset) {
        MemorySegment data = w.data();
        long start = row * w.rowBytes();
        int size = w.type().blockElements();
        int bytes = w.type().blockBytes();
        for (int block = 0; block < w.columns() / size; block++) {
            long at = start + (long) block * bytes;
            int to = offset + block * size;
            switch (w.type()) {
                case F32 -> out[to] = Float.intBitsToFloat(data.get(INT, at));
                case F16 -> out[to] = half(data, at);
                case BF16 -> out[to] = Float.intBitsToFloat(data.get(SHORT, at) << 16);
                case Q4_0 -> nibbles(data, half(data, at), -8 * half(data, at), at + 2, 0, out, to);
                case Q4_1 -> nibbles(data, half(data, at), half(data, at + 2), at + 4, 0, out, to);
                case Q5_0 ->
                    nibbles(data, half(data, at), -16 * half(data, at), at + 6, data.get(INT, at + 2), out, to);
                case Q5_1 -> nibbles(data, half(data, at), half(data, at + 2), at + 8, data.get(INT, at + 4), out, to);
                case Q8_0 -> q8(data, at, out, to);
                case Q4_K -> q4k(data, at, out, to);
                case Q5_K -> q5k(data, at, out, to);
                case Q6_K -> q6k(data, at, out, to);
            }
        }
    }

    private static void nibbles(MemorySegment data, float d, float m, long at, int fifthBits, float[] out, int to) {
        for (int i = 0; i < 16; i++) {
            int q = data.get(ValueLayout.JAVA_BYTE, at + i) & 0xFF;
            out[to + i] = d * ((q & 15) | ((fifthBits >>> i) & 1) << 4) + m;
            out[to + i + 16] = d * ((q >> 4) | (fifthBits >>> (i + 16) & 1) << 4) + m;
        }
    }

    private static void q8(MemorySegment data, long at, float[] out, int to) {
        float d = half(data, at);
        for (int i = 0; i < 32; i++) {
            out[to + i] = d * data.get(ValueLayout.JAVA_BYTE, at + 2 + i);
        }
    }

    private static void q4k(MemorySegment data, long at, float[] out, int to) {
        for (int part = 0; part < 8; part++) {
            float d = half(data, at) * scale(data, at + 4, part);
            float m = half(data, at + 2) * minimum(data, at + 4, part);
            for (int i = 0; i < 32; i++) {
                int q = unsigned(data, at + 16L + part / 2 * 32 + i) >> (part % 2 * 4) & 15;
                out[to + part * 32 + i] = d * q - m;
            }
        }
    }

    private static void q5k(MemorySegment data, long at, float[] out, int to) {
        for (int part = 0; part < 8; part++) {
            float d = half(data, at) * scale(data, at + 4, part);
            float m = half(data, at + 2) * minimum(data, at + 4, part);
            for (int i = 0; i < 32; i++) {
                int low = unsigned(data, at + 48 + part / 2 * 32 + i) >> (part % 2 * 4) & 15;
                int high = unsigned(data, at + 16 + i) >> part & 1;
                out[to + part * 32 + i] = d * (low | (high << 4)) - m;
            }
        }
    }

    private static void q6k(MemorySegment data, long at, float[] out, int to) {
        float d = half(data, at + 208);
        for (int i = 0; i < 256; i++) {
            int part = i / 128;
            int within = i % 128;
            int low = unsigned(data, at + part * 64 + within % 64) >> (within / 64 * 4) & 15;
            int high = unsigned(data, at + 128 + part * 32 + within % 32) >> (within / 32 * 2) & 3;
            out[to + i] = d * data.get(ValueLayout.JAVA_BYTE, at + 192 + i / 16) * ((low | (high << 4)) - 32);
        }
    }

    /** The 6-bit scale of part 0 to 7 of a Q4_K or Q5_K block, whose twelve bytes of scales start at {@code at}. */
    public static int scale(MemorySegment data, long at, int part) {
        return part < 4
                ? unsigned(data, at + part) & 63
                : unsigned(data, at + part + 4) & 15 | unsigned(data, at + part - 4) >> 6 << 4;
    }

    /** The 6-bit minimum of part 0 to 7, from the same twelve bytes. */
    public static int minimum(MemorySegment data, long at, int part) {
        return part < 4
                ? unsigned(data, at + part + 4) & 63
                : unsigned(data, at + part + 4) >> 4 | unsigned(data, at + part) >> 6 << 4;
    }

    /** The 16-bit float at a byte offset. */
    public static float half(MemorySegment data, long at) {
        return Float.float16ToFloat(data.get(SHORT, at));
    }

    private static int unsigned(MemorySegment data, long at) {
        return data.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }
}
