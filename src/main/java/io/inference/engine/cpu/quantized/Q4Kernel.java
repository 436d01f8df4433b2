package io.inference.engine.cpu.quantized;

import static io.inference.engine.cpu.kernel.Lanes.FLOATS;
import static io.inference.engine.cpu.kernel.Lanes.INTS;
import static io.inference.engine.cpu.kernel.Lanes.LANES;
import static io.inference.engine.cpu.kernel.Lanes.ORDER;
import static io.inference.engine.cpu.kernel.Lanes.SHORTS;
import static io.inference.engine.cpu.quantized.QuantizedMatrix.GROUP;
import static io.inference.engine.cpu.quantized.Rounding.BLOCK;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Products with weights of 4 bits (Q4_1, and Q4_0 as Q4_1 with a minimum of -8 scales), lanes being rows: exact sums of
 * a block in 16 bits, then {@code sum += m * (scale * inputs)} and {@code sum += d * (scale * integers)} in floats.
 *
 * <p>A short holds the nibbles {@code n0..n3} of four columns of its row. No mask is needed because sums are right
 * modulo 2^16: with the factors {@code f0 = x0, f1 = x1 - 16 x0, f2 = x2 - 16 x1, f3 = x3 - 16 x2} the sum is {@code v
 * f0 + (v>>4) f1 + (v>>8) f2 + (v>>12) f3 = n0 x0 + n1 x1 + n2 x2 + n3 x3 + 2^16 (..)}. A block's sum of {@code n * x}
 * needs 17 bits, but that of {@code (n - 8) * x} is at most 32 * 8 * 127 = 32512: subtracting 8 times the sum of
 * {@code x} in shorts and adding it again in ints makes the sum exact.
 *
 * <p>The loop runs over all columns, with a branch at the end of each block: a separate loop for each block repeats its
 * range checks, which took a third of the time. One method for each shape, since a method that returns a vector boxes
 * it.
 */
final class Q4Kernel {
    /** Bytes of a block of a group's rows: 32 nibbles, a scale and a minimum each. */
    static final int BLOCK_BYTES = GROUP * 20;

    /** Columns that a short holds. */
    static final int COLUMNS = 4;

    private static final int STEPS_A_BLOCK = 8;

    private Q4Kernel() {}

    /** {@code out[outAt .. outAt+GROUP)} = the group's rows at {@code start} of {@code data}, times one token. */
    static void one(MemorySegment data, long start, int blocks, RoundedInput input, int token, float[] out, int outAt) {
        int[] factors = input.factors();
        int[] inputSums = input.sums();
        float[] scales = input.scales();
        long scalesAt = start + blocks * (GROUP * 16L);
        int block = token * blocks;
        ShortVector s0 = ShortVector.zero(SHORTS);
        ShortVector s1 = ShortVector.zero(SHORTS);
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = FloatVector.zero(FLOATS);
        FloatVector sum2 = FloatVector.zero(FLOATS);
        FloatVector sum3 = FloatVector.zero(FLOATS);
        for (int i = 0; i < blocks * STEPS_A_BLOCK; i++) {
            long at = start + i * (GROUP * 2L);
            ShortVector q0 = ShortVector.fromMemorySegment(SHORTS, data, at, ORDER);
            ShortVector q1 = ShortVector.fromMemorySegment(SHORTS, data, at + GROUP, ORDER);
            ShortVector x = IntVector.broadcast(INTS, factors[block * BLOCK + i * COLUMNS])
                    .reinterpretAsShorts();
            s0 = s0.add(q0.mul(x));
            s1 = s1.add(q1.mul(x));
            x = IntVector.broadcast(INTS, factors[block * BLOCK + i * COLUMNS + 1])
                    .reinterpretAsShorts();
            s0 = s0.add(q0.lanewise(VectorOperators.LSHR, 4).mul(x));
            s1 = s1.add(q1.lanewise(VectorOperators.LSHR, 4).mul(x));
            x = IntVector.broadcast(INTS, factors[block * BLOCK + i * COLUMNS + 2])
                    .reinterpretAsShorts();
            s0 = s0.add(q0.lanewise(VectorOperators.LSHR, 8).mul(x));
            s1 = s1.add(q1.lanewise(VectorOperators.LSHR, 8).mul(x));
            x = IntVector.broadcast(INTS, factors[block * BLOCK + i * COLUMNS + 3])
                    .reinterpretAsShorts();
            s0 = s0.add(q0.lanewise(VectorOperators.LSHR, 12).mul(x));
            s1 = s1.add(q1.lanewise(VectorOperators.LSHR, 12).mul(x));
            if (i % STEPS_A_BLOCK == STEPS_A_BLOCK - 1) {
                int b = i / STEPS_A_BLOCK;
                long halvesAt = scalesAt + b * (GROUP * 4L);
                int sum = inputSums[block + b] * 8;
                float scale = scales[block + b];
                FloatVector offset = FloatVector.broadcast(FLOATS, scale * inputSums[block + b]);
                IntVector halves = IntVector.fromMemorySegment(INTS, data, halvesAt, ORDER);
                FloatVector d = halves.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                FloatVector m = halves.lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                IntVector products = s0.sub((short) sum)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(sum);
                sum0 = m.fma(offset, sum0);
                sum0 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scale), sum0);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + GROUP, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                m = halves.lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                products = s0.sub((short) sum)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(sum);
                sum1 = m.fma(offset, sum1);
                sum1 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scale), sum1);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + GROUP * 2, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                m = halves.lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                products = s1.sub((short) sum)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(sum);
                sum2 = m.fma(offset, sum2);
                sum2 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scale), sum2);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + GROUP * 3, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                m = halves.lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                products = s1.sub((short) sum)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(sum);
                sum3 = m.fma(offset, sum3);
                sum3 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scale), sum3);
                s0 = ShortVector.zero(SHORTS);
                s1 = ShortVector.zero(SHORTS);
            }
        }
        sum0.intoArray(out, outAt);
        sum1.intoArray(out, outAt + LANES);
        sum2.intoArray(out, outAt + 2 * LANES);
        sum3.intoArray(out, outAt + 3 * LANES);
    }

    /** The same for two tokens, the second one's results {@code outStride} after the first one's. */
    static void two(
            MemorySegment data,
            long start,
            int blocks,
            RoundedInput input,
            int token,
            float[] out,
            int outAt,
            int outStride) {
        int[] factors = input.factors();
        int[] inputSums = input.sums();
        float[] scales = input.scales();
        long scalesAt = start + blocks * (GROUP * 16L);
        int blockA = token * blocks;
        int blockB = (token + 1) * blocks;
        ShortVector sA0 = ShortVector.zero(SHORTS);
        ShortVector sA1 = ShortVector.zero(SHORTS);
        ShortVector sB0 = ShortVector.zero(SHORTS);
        ShortVector sB1 = ShortVector.zero(SHORTS);
        FloatVector sumA0 = FloatVector.zero(FLOATS);
        FloatVector sumA1 = FloatVector.zero(FLOATS);
        FloatVector sumA2 = FloatVector.zero(FLOATS);
        FloatVector sumA3 = FloatVector.zero(FLOATS);
        FloatVector sumB0 = FloatVector.zero(FLOATS);
        FloatVector sumB1 = FloatVector.zero(FLOATS);
        FloatVector sumB2 = FloatVector.zero(FLOATS);
        FloatVector sumB3 = FloatVector.zero(FLOATS);
        for (int i = 0; i < blocks * STEPS_A_BLOCK; i++) {
            long at = start + i * (GROUP * 2L);
            ShortVector q0 = ShortVector.fromMemorySegment(SHORTS, data, at, ORDER);
            ShortVector q1 = ShortVector.fromMemorySegment(SHORTS, data, at + GROUP, ORDER);
            ShortVector xA = IntVector.broadcast(INTS, factors[blockA * BLOCK + i * COLUMNS])
                    .reinterpretAsShorts();
            sA0 = sA0.add(q0.mul(xA));
            sA1 = sA1.add(q1.mul(xA));
            ShortVector xB = IntVector.broadcast(INTS, factors[blockB * BLOCK + i * COLUMNS])
                    .reinterpretAsShorts();
            sB0 = sB0.add(q0.mul(xB));
            sB1 = sB1.add(q1.mul(xB));
            xA = IntVector.broadcast(INTS, factors[blockA * BLOCK + i * COLUMNS + 1])
                    .reinterpretAsShorts();
            sA0 = sA0.add(q0.lanewise(VectorOperators.LSHR, 4).mul(xA));
            sA1 = sA1.add(q1.lanewise(VectorOperators.LSHR, 4).mul(xA));
            xB = IntVector.broadcast(INTS, factors[blockB * BLOCK + i * COLUMNS + 1])
                    .reinterpretAsShorts();
            sB0 = sB0.add(q0.lanewise(VectorOperators.LSHR, 4).mul(xB));
            sB1 = sB1.add(q1.lanewise(VectorOperators.LSHR, 4).mul(xB));
            xA = IntVector.broadcast(INTS, factors[blockA * BLOCK + i * COLUMNS + 2])
                    .reinterpretAsShorts();
            sA0 = sA0.add(q0.lanewise(VectorOperators.LSHR, 8).mul(xA));
            sA1 = sA1.add(q1.lanewise(VectorOperators.LSHR, 8).mul(xA));
            xB = IntVector.broadcast(INTS, factors[blockB * BLOCK + i * COLUMNS + 2])
                    .reinterpretAsShorts();
            sB0 = sB0.add(q0.lanewise(VectorOperators.LSHR, 8).mul(xB));
            sB1 = sB1.add(q1.lanewise(VectorOperators.LSHR, 8).mul(xB));
            xA = IntVector.broadcast(INTS, factors[blockA * BLOCK + i * COLUMNS + 3])
                    .reinterpretAsShorts();
            sA0 = sA0.add(q0.lanewise(VectorOperators.LSHR, 12).mul(xA));
            sA1 = sA1.add(q1.lanewise(VectorOperators.LSHR, 12).mul(xA));
            xB = IntVector.broadcast(INTS, factors[blockB * BLOCK + i * COLUMNS + 3])
                    .reinterpretAsShorts();
            sB0 = sB0.add(q0.lanewise(VectorOperators.LSHR, 12).mul(xB));
            sB1 = sB1.add(q1.lanewise(VectorOperators.LSHR, 12).mul(xB));
            if (i % STEPS_A_BLOCK == STEPS_A_BLOCK - 1) {
                int b = i / STEPS_A_BLOCK;
                long halvesAt = scalesAt + b * (GROUP * 4L);
                int sumA = inputSums[blockA + b] * 8;
                float scaleA = scales[blockA + b];
                FloatVector offsetA = FloatVector.broadcast(FLOATS, scaleA * inputSums[blockA + b]);
                int sumB = inputSums[blockB + b] * 8;
                float scaleB = scales[blockB + b];
                FloatVector offsetB = FloatVector.broadcast(FLOATS, scaleB * inputSums[blockB + b]);
                IntVector halves = IntVector.fromMemorySegment(INTS, data, halvesAt, ORDER);
                FloatVector d = halves.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                FloatVector m = halves.lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                IntVector products = sA0.sub((short) sumA)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(sumA);
                sumA0 = m.fma(offsetA, sumA0);
                sumA0 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scaleA), sumA0);
                products = sB0.sub((short) sumB)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(sumB);
                sumB0 = m.fma(offsetB, sumB0);
                sumB0 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scaleB), sumB0);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + GROUP, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                m = halves.lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                products = sA0.sub((short) sumA)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(sumA);
                sumA1 = m.fma(offsetA, sumA1);
                sumA1 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scaleA), sumA1);
                products = sB0.sub((short) sumB)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(sumB);
                sumB1 = m.fma(offsetB, sumB1);
                sumB1 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scaleB), sumB1);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + GROUP * 2, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                m = halves.lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                products = sA1.sub((short) sumA)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(sumA);
                sumA2 = m.fma(offsetA, sumA2);
                sumA2 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scaleA), sumA2);
                products = sB1.sub((short) sumB)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(sumB);
                sumB2 = m.fma(offsetB, sumB2);
                sumB2 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scaleB), sumB2);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + GROUP * 3, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                m = halves.lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                products = sA1.sub((short) sumA)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(sumA);
                sumA3 = m.fma(offsetA, sumA3);
                sumA3 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scaleA), sumA3);
                products = sB1.sub((short) sumB)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(sumB);
                sumB3 = m.fma(offsetB, sumB3);
                sumB3 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scaleB), sumB3);
                sA0 = ShortVector.zero(SHORTS);
                sA1 = ShortVector.zero(SHORTS);
                sB0 = ShortVector.zero(SHORTS);
                sB1 = ShortVector.zero(SHORTS);
            }
        }
        sumA0.intoArray(out, outAt);
        sumA1.intoArray(out, outAt + LANES);
        sumA2.intoArray(out, outAt + 2 * LANES);
        sumA3.intoArray(out, outAt + 3 * LANES);
        sumB0.intoArray(out, outAt + outStride);
        sumB1.intoArray(out, outAt + outStride + LANES);
        sumB2.intoArray(out, outAt + outStride + 2 * LANES);
        sumB3.intoArray(out, outAt + outStride + 3 * LANES);
    }
}
