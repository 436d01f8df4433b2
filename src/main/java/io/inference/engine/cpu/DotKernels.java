package io.inference.engine.cpu;

import static io.inference.engine.cpu.Lanes.BYTES;
import static io.inference.engine.cpu.Lanes.FLOATS;
import static io.inference.engine.cpu.Lanes.INTS;
import static io.inference.engine.cpu.Lanes.LANES;

import io.inference.engine.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Matrix times one vector, weights read from the file's map and dequantised in registers: what decoding spends its
 * time in. One row at a time: four at once were tried and took nearly twice as long, since the compiler then no longer
 * keeps everything in registers. Each method is one hot loop on purpose.
 */
final class DotKernels {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    private DotKernels() {}

    /** What {@link #q4x1} wants of {@code x (32*blocks)}: its floats as factors, and the sum of each 32 of them. */
    static void split(float[] x, int blocks, float[] split, float[] blockSums) {
        for (int b = 0; b < blocks; b++) {
            FloatVector sums = FloatVector.zero(FLOATS);
            for (int i = b * 32; i < b * 32 + 16; i += LANES) {
                FloatVector first = FloatVector.fromArray(FLOATS, x, i);
                FloatVector second = FloatVector.fromArray(FLOATS, x, i + 16);
                sums = sums.add(first.add(second));
                FloatVector high = second.mul(1f / 16);
                first.sub(high).intoArray(split, i);
                high.intoArray(split, i + 16);
            }
            blockSums[b] = sums.reduceLanes(VectorOperators.ADD);
        }
    }

    /**
     * {@code out[from..to) = W[from..to) @ x} for Q4_1, where {@code blockSums} holds the sum of each 32 of {@code x}:
     * {@code sum(d * q * x + m * x) = d * sum(q * x) + m * sum(x)}. A byte is {@code byte = low + 16 * high}, so that
     * {@code low * x0 + high * x1 = low * (x0 - x1/16) + byte * x1/16} needs no shift: {@code split} holds the factors
     * in the place of each {@code x0} and {@code x1}.
     */
    static void q4x1(Weight w, int from, int to, float[] split, float[] blockSums, float[] out) {
        MemorySegment data = w.data();
        int blocks = w.columns() / 32;
        for (int row = from; row < to; row++) {
            FloatVector sums = FloatVector.zero(FLOATS);
            float minimums = 0;
            long start = row * w.rowBytes();
            for (int b = 0; b < blocks; b++) {
                long at = start + b * 20L;
                int halves = data.get(INT, at); // scale and minimum by one access
                FloatVector d = FloatVector.broadcast(FLOATS, Float.float16ToFloat((short) halves));
                for (int j = 0; j < 16; j += LANES) {
                    IntVector q = (IntVector) ByteVector.fromMemorySegment(BYTES, data, at + 4 + j, LITTLE)
                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
                    FloatVector low = (FloatVector) q.and(15).convert(VectorOperators.I2F, 0);
                    FloatVector both = (FloatVector) q.convert(VectorOperators.I2F, 0);
                    FloatVector product = low.mul(FloatVector.fromArray(FLOATS, split, b * 32 + j));
                    product = both.fma(FloatVector.fromArray(FLOATS, split, b * 32 + 16 + j), product);
                    sums = product.fma(d, sums);
                }
                minimums = Math.fma(Float.float16ToFloat((short) (halves >> 16)), blockSums[b], minimums);
            }
            out[row] = sums.reduceLanes(VectorOperators.ADD) + minimums;
        }
    }

    /** {@code out[from..to) = W[from..to) @ x} for Q4_0, with the same two as for Q4_1 and a minimum of -8 d. */
    static void q4x0(Weight w, int from, int to, float[] split, float[] blockSums, float[] out) {
        MemorySegment data = w.data();
        int blocks = w.columns() / 32;
        for (int row = from; row < to; row++) {
            FloatVector sums = FloatVector.zero(FLOATS);
            float minimums = 0;
            long start = row * w.rowBytes();
            for (int b = 0; b < blocks; b++) {
                long at = start + b * 18L;
                float scale = Float.float16ToFloat(data.get(SHORT, at));
                FloatVector d = FloatVector.broadcast(FLOATS, scale);
                for (int j = 0; j < 16; j += LANES) {
                    IntVector q = (IntVector) ByteVector.fromMemorySegment(BYTES, data, at + 2 + j, LITTLE)
                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
                    FloatVector low = (FloatVector) q.and(15).convert(VectorOperators.I2F, 0);
                    FloatVector both = (FloatVector) q.convert(VectorOperators.I2F, 0);
                    FloatVector product = low.mul(FloatVector.fromArray(FLOATS, split, b * 32 + j));
                    product = both.fma(FloatVector.fromArray(FLOATS, split, b * 32 + 16 + j), product);
                    sums = product.fma(d, sums);
                }
                minimums = Math.fma(-8 * scale, blockSums[b], minimums);
            }
            out[row] = sums.reduceLanes(VectorOperators.ADD) + minimums;
        }
    }

    /** {@code out[from..to) = W[from..to) @ x} for Q8_0. */
    static void q8x0(Weight w, int from, int to, float[] x, float[] out) {
        MemorySegment data = w.data();
        int blocks = w.columns() / 32;
        for (int row = from; row < to; row++) {
            FloatVector sums = FloatVector.zero(FLOATS);
            long start = row * w.rowBytes();
            for (int b = 0; b < blocks; b++) {
                long at = start + b * 34L;
                FloatVector d = FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, at)));
                for (int j = 0; j < 16; j += LANES) {
                    // Bytes to ints to floats: the direct conversion is half as fast.
                    IntVector first = (IntVector) ByteVector.fromMemorySegment(BYTES, data, at + 2 + j, LITTLE)
                            .convertShape(VectorOperators.B2I, INTS, 0);
                    IntVector second = (IntVector) ByteVector.fromMemorySegment(BYTES, data, at + 18 + j, LITTLE)
                            .convertShape(VectorOperators.B2I, INTS, 0);
                    FloatVector product = ((FloatVector) first.convert(VectorOperators.I2F, 0))
                            .mul(FloatVector.fromArray(FLOATS, x, b * 32 + j));
                    product = ((FloatVector) second.convert(VectorOperators.I2F, 0))
                            .fma(FloatVector.fromArray(FLOATS, x, b * 32 + 16 + j), product);
                    sums = product.fma(d, sums);
                }
            }
            out[row] = sums.reduceLanes(VectorOperators.ADD);
        }
    }
}
