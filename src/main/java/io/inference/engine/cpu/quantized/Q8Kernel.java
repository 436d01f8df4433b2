package io.inference.engine.cpu.quantized;

import static io.inference.engine.cpu.kernel.Lanes.BYTES;
import static io.inference.engine.cpu.kernel.Lanes.FLOATS;
import static io.inference.engine.cpu.kernel.Lanes.INTS;
import static io.inference.engine.cpu.kernel.Lanes.LANES;
import static io.inference.engine.cpu.kernel.Lanes.ORDER;
import static io.inference.engine.cpu.kernel.Lanes.SHORTS;
import static io.inference.engine.cpu.quantized.QuantizedMatrix.GROUP;
import static io.inference.engine.cpu.quantized.Rounding.BLOCK;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Products with weights of 8 bits (Q8_0), lanes being rows: exact sums of a block, then
 * {@code sum += d * (scale * integers)} in floats.
 *
 * <p>Two products fit 16 bits, as 2 * 128 * 127 = 32512, a block's sum {@code s} does not. Of the pairs {@code p} two
 * sums are kept in shorts: {@code a}, of {@code p}, is right modulo 2^16, and {@code h}, of {@code p >> 8}, is within
 * 16 * 255 of {@code s} when shifted back; so {@code s = 256 h + ((a - 256 h) mod 2^16)}. That is two instructions less
 * than widening each pair to ints. For the shape of the loop see {@link Q4Kernel}.
 */
final class Q8Kernel {
    /** Bytes of a block of a group's rows: 32 bytes and a scale each. */
    static final int BLOCK_BYTES = GROUP * 34;

    /** Columns of a step of the loop. */
    static final int COLUMNS = 2;

    private static final int STEPS_A_BLOCK = 16;

    private Q8Kernel() {}

    /** {@code out[outAt .. outAt+GROUP)} = the group's rows at {@code start} of {@code data}, times one token. */
    static void one(MemorySegment data, long start, int blocks, RoundedInput input, int token, float[] out, int outAt) {
        int[] factors = input.factors();
        float[] scales = input.scales();
        long scalesAt = start + blocks * (GROUP * 32L);
        int block = token * blocks;
        ShortVector a0 = ShortVector.zero(SHORTS);
        ShortVector h0 = ShortVector.zero(SHORTS);
        ShortVector a1 = ShortVector.zero(SHORTS);
        ShortVector h1 = ShortVector.zero(SHORTS);
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = FloatVector.zero(FLOATS);
        FloatVector sum2 = FloatVector.zero(FLOATS);
        FloatVector sum3 = FloatVector.zero(FLOATS);
        for (int i = 0; i < blocks * STEPS_A_BLOCK; i++) {
            long at = start + i * (GROUP * 2L);
            ShortVector q00 = (ShortVector)
                    ByteVector.fromMemorySegment(BYTES, data, at, ORDER).convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector q01 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at + GROUP, ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector q10 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at + 1 * (GROUP / 2), ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector q11 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at + 3 * (GROUP / 2), ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector x0 = IntVector.broadcast(INTS, factors[block * BLOCK + i * COLUMNS])
                    .reinterpretAsShorts();
            ShortVector x1 = IntVector.broadcast(INTS, factors[block * BLOCK + i * COLUMNS + 1])
                    .reinterpretAsShorts();
            ShortVector pair = q00.mul(x0).add(q01.mul(x1));
            a0 = a0.add(pair);
            h0 = h0.add(pair.lanewise(VectorOperators.ASHR, 8));
            pair = q10.mul(x0).add(q11.mul(x1));
            a1 = a1.add(pair);
            h1 = h1.add(pair.lanewise(VectorOperators.ASHR, 8));
            if (i % STEPS_A_BLOCK == STEPS_A_BLOCK - 1) {
                int b = i / STEPS_A_BLOCK;
                long halvesAt = scalesAt + b * (GROUP * 2L);
                float scale = scales[block + b];
                IntVector halves = IntVector.fromMemorySegment(INTS, data, halvesAt, ORDER);
                FloatVector d = halves.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                IntVector high = h0.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 8);
                IntVector low = a0.reinterpretAsInts().sub(high).and(0xFFFF);
                sum0 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scale), sum0);
                d = halves.lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                high = h0.reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).lanewise(VectorOperators.LSHL, 8);
                low = a0.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHR, 16)
                        .sub(high)
                        .and(0xFFFF);
                sum1 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scale), sum1);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + GROUP, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                high = h1.reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 8);
                low = a1.reinterpretAsInts().sub(high).and(0xFFFF);
                sum2 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scale), sum2);
                d = halves.lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                high = h1.reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).lanewise(VectorOperators.LSHL, 8);
                low = a1.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHR, 16)
                        .sub(high)
                        .and(0xFFFF);
                sum3 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scale), sum3);
                a0 = ShortVector.zero(SHORTS);
                h0 = ShortVector.zero(SHORTS);
                a1 = ShortVector.zero(SHORTS);
                h1 = ShortVector.zero(SHORTS);
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
        float[] scales = input.scales();
        long scalesAt = start + blocks * (GROUP * 32L);
        int blockA = token * blocks;
        int blockB = (token + 1) * blocks;
        ShortVector aA0 = ShortVector.zero(SHORTS);
        ShortVector hA0 = ShortVector.zero(SHORTS);
        ShortVector aA1 = ShortVector.zero(SHORTS);
        ShortVector hA1 = ShortVector.zero(SHORTS);
        ShortVector aB0 = ShortVector.zero(SHORTS);
        ShortVector hB0 = ShortVector.zero(SHORTS);
        ShortVector aB1 = ShortVector.zero(SHORTS);
        ShortVector hB1 = ShortVector.zero(SHORTS);
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
            ShortVector q00 = (ShortVector)
                    ByteVector.fromMemorySegment(BYTES, data, at, ORDER).convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector q01 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at + GROUP, ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector q10 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at + 1 * (GROUP / 2), ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector q11 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at + 3 * (GROUP / 2), ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector xA0 = IntVector.broadcast(INTS, factors[blockA * BLOCK + i * COLUMNS])
                    .reinterpretAsShorts();
            ShortVector xA1 = IntVector.broadcast(INTS, factors[blockA * BLOCK + i * COLUMNS + 1])
                    .reinterpretAsShorts();
            ShortVector pair = q00.mul(xA0).add(q01.mul(xA1));
            aA0 = aA0.add(pair);
            hA0 = hA0.add(pair.lanewise(VectorOperators.ASHR, 8));
            pair = q10.mul(xA0).add(q11.mul(xA1));
            aA1 = aA1.add(pair);
            hA1 = hA1.add(pair.lanewise(VectorOperators.ASHR, 8));
            ShortVector xB0 = IntVector.broadcast(INTS, factors[blockB * BLOCK + i * COLUMNS])
                    .reinterpretAsShorts();
            ShortVector xB1 = IntVector.broadcast(INTS, factors[blockB * BLOCK + i * COLUMNS + 1])
                    .reinterpretAsShorts();
            pair = q00.mul(xB0).add(q01.mul(xB1));
            aB0 = aB0.add(pair);
            hB0 = hB0.add(pair.lanewise(VectorOperators.ASHR, 8));
            pair = q10.mul(xB0).add(q11.mul(xB1));
            aB1 = aB1.add(pair);
            hB1 = hB1.add(pair.lanewise(VectorOperators.ASHR, 8));
            if (i % STEPS_A_BLOCK == STEPS_A_BLOCK - 1) {
                int b = i / STEPS_A_BLOCK;
                long halvesAt = scalesAt + b * (GROUP * 2L);
                float scaleA = scales[blockA + b];
                float scaleB = scales[blockB + b];
                IntVector halves = IntVector.fromMemorySegment(INTS, data, halvesAt, ORDER);
                FloatVector d = halves.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                IntVector high = hA0.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 8);
                IntVector low = aA0.reinterpretAsInts().sub(high).and(0xFFFF);
                sumA0 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scaleA), sumA0);
                high = hB0.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 8);
                low = aB0.reinterpretAsInts().sub(high).and(0xFFFF);
                sumB0 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scaleB), sumB0);
                d = halves.lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                high = hA0.reinterpretAsInts()
                        .lanewise(VectorOperators.ASHR, 16)
                        .lanewise(VectorOperators.LSHL, 8);
                low = aA0.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHR, 16)
                        .sub(high)
                        .and(0xFFFF);
                sumA1 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scaleA), sumA1);
                high = hB0.reinterpretAsInts()
                        .lanewise(VectorOperators.ASHR, 16)
                        .lanewise(VectorOperators.LSHL, 8);
                low = aB0.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHR, 16)
                        .sub(high)
                        .and(0xFFFF);
                sumB1 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scaleB), sumB1);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + GROUP, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                high = hA1.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 8);
                low = aA1.reinterpretAsInts().sub(high).and(0xFFFF);
                sumA2 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scaleA), sumA2);
                high = hB1.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 8);
                low = aB1.reinterpretAsInts().sub(high).and(0xFFFF);
                sumB2 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scaleB), sumB2);
                d = halves.lanewise(VectorOperators.ASHR, 3)
                        .and(Halves.MASK)
                        .reinterpretAsFloats()
                        .mul(Halves.UNIT);
                high = hA1.reinterpretAsInts()
                        .lanewise(VectorOperators.ASHR, 16)
                        .lanewise(VectorOperators.LSHL, 8);
                low = aA1.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHR, 16)
                        .sub(high)
                        .and(0xFFFF);
                sumA3 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scaleA), sumA3);
                high = hB1.reinterpretAsInts()
                        .lanewise(VectorOperators.ASHR, 16)
                        .lanewise(VectorOperators.LSHL, 8);
                low = aB1.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHR, 16)
                        .sub(high)
                        .and(0xFFFF);
                sumB3 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scaleB), sumB3);
                aA0 = ShortVector.zero(SHORTS);
                hA0 = ShortVector.zero(SHORTS);
                aA1 = ShortVector.zero(SHORTS);
                hA1 = ShortVector.zero(SHORTS);
                aB0 = ShortVector.zero(SHORTS);
                hB0 = ShortVector.zero(SHORTS);
                aB1 = ShortVector.zero(SHORTS);
                hB1 = ShortVector.zero(SHORTS);
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
