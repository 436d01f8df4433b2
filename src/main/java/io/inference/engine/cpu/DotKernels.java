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
 * time in. Four rows at once, so that the four sums hide each other's latency. Each method is one hot loop on purpose.
 */
final class DotKernels {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    private DotKernels() {}

    /**
     * {@code out[from..to) = W[from..to) @ x} for Q4_1, where {@code blockSums} holds the sum of each 32 of {@code x}:
     * {@code sum(d * q * x + m * x) = d * sum(q * x) + m * sum(x)}.
     */
    static void q4x1(Weight w, int from, int to, float[] x, float[] blockSums, float[] out) {
        MemorySegment data = w.data();
        int blocks = w.columns() / 32;
        long stride = w.rowBytes();
        int row = from;
        for (; row + 4 <= to; row += 4) {
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector a1 = FloatVector.zero(FLOATS);
            FloatVector a2 = FloatVector.zero(FLOATS);
            FloatVector a3 = FloatVector.zero(FLOATS);
            float m0 = 0;
            float m1 = 0;
            float m2 = 0;
            float m3 = 0;
            long p0 = row * stride;
            long p1 = p0 + stride;
            long p2 = p1 + stride;
            long p3 = p2 + stride;
            for (int b = 0; b < blocks; b++) {
                float d0 = Float.float16ToFloat(data.get(SHORT, p0));
                float d1 = Float.float16ToFloat(data.get(SHORT, p1));
                float d2 = Float.float16ToFloat(data.get(SHORT, p2));
                float d3 = Float.float16ToFloat(data.get(SHORT, p3));
                float sum = blockSums[b];
                m0 = Math.fma(Float.float16ToFloat(data.get(SHORT, p0 + 2)), sum, m0);
                m1 = Math.fma(Float.float16ToFloat(data.get(SHORT, p1 + 2)), sum, m1);
                m2 = Math.fma(Float.float16ToFloat(data.get(SHORT, p2 + 2)), sum, m2);
                m3 = Math.fma(Float.float16ToFloat(data.get(SHORT, p3 + 2)), sum, m3);
                for (int j = 0; j < 16; j += LANES) {
                    FloatVector low = FloatVector.fromArray(FLOATS, x, b * 32 + j);
                    FloatVector high = FloatVector.fromArray(FLOATS, x, b * 32 + 16 + j);
                    IntVector q0 = (IntVector) ByteVector.fromMemorySegment(BYTES, data, p0 + 4 + j, LITTLE)
                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
                    IntVector q1 = (IntVector) ByteVector.fromMemorySegment(BYTES, data, p1 + 4 + j, LITTLE)
                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
                    IntVector q2 = (IntVector) ByteVector.fromMemorySegment(BYTES, data, p2 + 4 + j, LITTLE)
                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
                    IntVector q3 = (IntVector) ByteVector.fromMemorySegment(BYTES, data, p3 + 4 + j, LITTLE)
                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
                    FloatVector t0 = ((FloatVector) q0.and(15).convert(VectorOperators.I2F, 0)).mul(low);
                    FloatVector t1 = ((FloatVector) q1.and(15).convert(VectorOperators.I2F, 0)).mul(low);
                    FloatVector t2 = ((FloatVector) q2.and(15).convert(VectorOperators.I2F, 0)).mul(low);
                    FloatVector t3 = ((FloatVector) q3.and(15).convert(VectorOperators.I2F, 0)).mul(low);
                    t0 = ((FloatVector) q0.lanewise(VectorOperators.LSHR, 4).convert(VectorOperators.I2F, 0))
                            .fma(high, t0);
                    t1 = ((FloatVector) q1.lanewise(VectorOperators.LSHR, 4).convert(VectorOperators.I2F, 0))
                            .fma(high, t1);
                    t2 = ((FloatVector) q2.lanewise(VectorOperators.LSHR, 4).convert(VectorOperators.I2F, 0))
                            .fma(high, t2);
                    t3 = ((FloatVector) q3.lanewise(VectorOperators.LSHR, 4).convert(VectorOperators.I2F, 0))
                            .fma(high, t3);
                    a0 = t0.fma(FloatVector.broadcast(FLOATS, d0), a0);
                    a1 = t1.fma(FloatVector.broadcast(FLOATS, d1), a1);
                    a2 = t2.fma(FloatVector.broadcast(FLOATS, d2), a2);
                    a3 = t3.fma(FloatVector.broadcast(FLOATS, d3), a3);
                }
                p0 += 20;
                p1 += 20;
                p2 += 20;
                p3 += 20;
            }
            out[row] = a0.reduceLanes(VectorOperators.ADD) + m0;
            out[row + 1] = a1.reduceLanes(VectorOperators.ADD) + m1;
            out[row + 2] = a2.reduceLanes(VectorOperators.ADD) + m2;
            out[row + 3] = a3.reduceLanes(VectorOperators.ADD) + m3;
        }
        if (row < to) {
            throw new IllegalArgumentException("rows come in fours");
        }
    }

    /** {@code out[from..to) = W[from..to) @ x} for Q8_0. */
    static void q8x0(Weight w, int from, int to, float[] x, float[] out) {
        MemorySegment data = w.data();
        int blocks = w.columns() / 32;
        long stride = w.rowBytes();
        int row = from;
        for (; row + 4 <= to; row += 4) {
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector a1 = FloatVector.zero(FLOATS);
            FloatVector a2 = FloatVector.zero(FLOATS);
            FloatVector a3 = FloatVector.zero(FLOATS);
            long p0 = row * stride;
            long p1 = p0 + stride;
            long p2 = p1 + stride;
            long p3 = p2 + stride;
            for (int b = 0; b < blocks; b++) {
                FloatVector t0 = FloatVector.zero(FLOATS);
                FloatVector t1 = FloatVector.zero(FLOATS);
                FloatVector t2 = FloatVector.zero(FLOATS);
                FloatVector t3 = FloatVector.zero(FLOATS);
                for (int j = 0; j < 32; j += LANES) {
                    FloatVector v = FloatVector.fromArray(FLOATS, x, b * 32 + j);
                    t0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, data, p0 + 2 + j, LITTLE)
                                    .convertShape(VectorOperators.B2F, FLOATS, 0))
                            .fma(v, t0);
                    t1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, data, p1 + 2 + j, LITTLE)
                                    .convertShape(VectorOperators.B2F, FLOATS, 0))
                            .fma(v, t1);
                    t2 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, data, p2 + 2 + j, LITTLE)
                                    .convertShape(VectorOperators.B2F, FLOATS, 0))
                            .fma(v, t2);
                    t3 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, data, p3 + 2 + j, LITTLE)
                                    .convertShape(VectorOperators.B2F, FLOATS, 0))
                            .fma(v, t3);
                }
                a0 = t0.fma(FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, p0))), a0);
                a1 = t1.fma(FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, p1))), a1);
                a2 = t2.fma(FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, p2))), a2);
                a3 = t3.fma(FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, p3))), a3);
                p0 += 34;
                p1 += 34;
                p2 += 34;
                p3 += 34;
            }
            out[row] = a0.reduceLanes(VectorOperators.ADD);
            out[row + 1] = a1.reduceLanes(VectorOperators.ADD);
            out[row + 2] = a2.reduceLanes(VectorOperators.ADD);
            out[row + 3] = a3.reduceLanes(VectorOperators.ADD);
        }
        if (row < to) {
            throw new IllegalArgumentException("rows come in fours");
        }
    }
}
