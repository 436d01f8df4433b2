package io.inference.engine.cpu;

import static io.inference.engine.cpu.Lanes.BYTES;
import static io.inference.engine.cpu.Lanes.FLOATS;
import static io.inference.engine.cpu.Lanes.INTS;
import static io.inference.engine.cpu.Lanes.LANES;
import static io.inference.engine.cpu.Lanes.ORDER;
import static io.inference.engine.cpu.Lanes.SHORTS;
import static io.inference.engine.cpu.QuantizedMatrix.GROUP;

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
 * than widening each pair to ints. For the shape of the loop see {@link NibbleKernel}.
 */
final class ByteKernel {
    /** Bytes of a block of a group's rows: 32 bytes and a scale each. */
    static final int BLOCK_BYTES = GROUP * 34;

    /** Columns of a step of the loop. */
    static final int COLUMNS = 2;

    private static final int STEPS_A_BLOCK = 16;

    private ByteKernel() {}

    /** {@code out[outAt .. outAt+GROUP)} = the group's rows at {@code start} of {@code data}, times one token. */
    static void one(MemorySegment data, long start, int blocks, RoundedInput input, int token, float[] out, int outAt) {
        int[] factors = input.factors();
        float[] scales = input.scales();
        long scalesAt = start + blocks * (GROUP * 32L);
        int blocka = token * blocks;
        ShortVector aa0 = ShortVector.zero(SHORTS);
        ShortVector ha0 = ShortVector.zero(SHORTS);
        ShortVector aa1 = ShortVector.zero(SHORTS);
        ShortVector ha1 = ShortVector.zero(SHORTS);
        FloatVector outa0 = FloatVector.zero(FLOATS);
        FloatVector outa1 = FloatVector.zero(FLOATS);
        FloatVector outa2 = FloatVector.zero(FLOATS);
        FloatVector outa3 = FloatVector.zero(FLOATS);
        for (int i = 0; i < blocks * STEPS_A_BLOCK; i++) {
            long at = start + i * (GROUP * 2L);
            ShortVector q00 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at, ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector q01 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at + GROUP, ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector q10 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at + 1 * (GROUP / 2), ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector q11 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at + 3 * (GROUP / 2), ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector xa0 = IntVector.broadcast(INTS, factors[blocka * 32 + i * 2]).reinterpretAsShorts();
            ShortVector xa1 = IntVector.broadcast(INTS, factors[blocka * 32 + i * 2 + 1]).reinterpretAsShorts();
            ShortVector pair = q00.mul(xa0).add(q01.mul(xa1));
            aa0 = aa0.add(pair);
            ha0 = ha0.add(pair.lanewise(VectorOperators.ASHR, 8));
            pair = q10.mul(xa0).add(q11.mul(xa1));
            aa1 = aa1.add(pair);
            ha1 = ha1.add(pair.lanewise(VectorOperators.ASHR, 8));
            if (i % STEPS_A_BLOCK == STEPS_A_BLOCK - 1) {
                int b = i / STEPS_A_BLOCK;
                long halvesAt = scalesAt + b * (GROUP * 2L);
                float scalea = scales[blocka + b];
                IntVector halves = IntVector.fromMemorySegment(INTS, data, halvesAt, ORDER);
                FloatVector d = halves.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                IntVector high = ha0.reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 8);
                IntVector low = aa0.reinterpretAsInts().sub(high).and(0xFFFF);
                outa0 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scalea), outa0);
                d = halves.lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                high = ha0.reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).lanewise(VectorOperators.LSHL, 8);
                low = aa0.reinterpretAsInts().lanewise(VectorOperators.LSHR, 16).sub(high).and(0xFFFF);
                outa1 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scalea), outa1);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + GROUP, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                high = ha1.reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 8);
                low = aa1.reinterpretAsInts().sub(high).and(0xFFFF);
                outa2 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scalea), outa2);
                d = halves.lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                high = ha1.reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).lanewise(VectorOperators.LSHL, 8);
                low = aa1.reinterpretAsInts().lanewise(VectorOperators.LSHR, 16).sub(high).and(0xFFFF);
                outa3 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scalea), outa3);
                aa0 = ShortVector.zero(SHORTS);
                ha0 = ShortVector.zero(SHORTS);
                aa1 = ShortVector.zero(SHORTS);
                ha1 = ShortVector.zero(SHORTS);
            }
        }
        outa0.intoArray(out, outAt);
        outa1.intoArray(out, outAt + LANES);
        outa2.intoArray(out, outAt + 2 * LANES);
        outa3.intoArray(out, outAt + 3 * LANES);
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
        int blocka = token * blocks;
        int blockb = (token + 1) * blocks;
        ShortVector aa0 = ShortVector.zero(SHORTS);
        ShortVector ha0 = ShortVector.zero(SHORTS);
        ShortVector aa1 = ShortVector.zero(SHORTS);
        ShortVector ha1 = ShortVector.zero(SHORTS);
        ShortVector ab0 = ShortVector.zero(SHORTS);
        ShortVector hb0 = ShortVector.zero(SHORTS);
        ShortVector ab1 = ShortVector.zero(SHORTS);
        ShortVector hb1 = ShortVector.zero(SHORTS);
        FloatVector outa0 = FloatVector.zero(FLOATS);
        FloatVector outa1 = FloatVector.zero(FLOATS);
        FloatVector outa2 = FloatVector.zero(FLOATS);
        FloatVector outa3 = FloatVector.zero(FLOATS);
        FloatVector outb0 = FloatVector.zero(FLOATS);
        FloatVector outb1 = FloatVector.zero(FLOATS);
        FloatVector outb2 = FloatVector.zero(FLOATS);
        FloatVector outb3 = FloatVector.zero(FLOATS);
        for (int i = 0; i < blocks * STEPS_A_BLOCK; i++) {
            long at = start + i * (GROUP * 2L);
            ShortVector q00 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at, ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector q01 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at + GROUP, ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector q10 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at + 1 * (GROUP / 2), ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector q11 = (ShortVector) ByteVector.fromMemorySegment(BYTES, data, at + 3 * (GROUP / 2), ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            ShortVector xa0 = IntVector.broadcast(INTS, factors[blocka * 32 + i * 2]).reinterpretAsShorts();
            ShortVector xa1 = IntVector.broadcast(INTS, factors[blocka * 32 + i * 2 + 1]).reinterpretAsShorts();
            ShortVector pair = q00.mul(xa0).add(q01.mul(xa1));
            aa0 = aa0.add(pair);
            ha0 = ha0.add(pair.lanewise(VectorOperators.ASHR, 8));
            pair = q10.mul(xa0).add(q11.mul(xa1));
            aa1 = aa1.add(pair);
            ha1 = ha1.add(pair.lanewise(VectorOperators.ASHR, 8));
            ShortVector xb0 = IntVector.broadcast(INTS, factors[blockb * 32 + i * 2]).reinterpretAsShorts();
            ShortVector xb1 = IntVector.broadcast(INTS, factors[blockb * 32 + i * 2 + 1]).reinterpretAsShorts();
            pair = q00.mul(xb0).add(q01.mul(xb1));
            ab0 = ab0.add(pair);
            hb0 = hb0.add(pair.lanewise(VectorOperators.ASHR, 8));
            pair = q10.mul(xb0).add(q11.mul(xb1));
            ab1 = ab1.add(pair);
            hb1 = hb1.add(pair.lanewise(VectorOperators.ASHR, 8));
            if (i % STEPS_A_BLOCK == STEPS_A_BLOCK - 1) {
                int b = i / STEPS_A_BLOCK;
                long halvesAt = scalesAt + b * (GROUP * 2L);
                float scalea = scales[blocka + b];
                float scaleb = scales[blockb + b];
                IntVector halves = IntVector.fromMemorySegment(INTS, data, halvesAt, ORDER);
                FloatVector d = halves.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                IntVector high = ha0.reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 8);
                IntVector low = aa0.reinterpretAsInts().sub(high).and(0xFFFF);
                outa0 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scalea), outa0);
                high = hb0.reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 8);
                low = ab0.reinterpretAsInts().sub(high).and(0xFFFF);
                outb0 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scaleb), outb0);
                d = halves.lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                high = ha0.reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).lanewise(VectorOperators.LSHL, 8);
                low = aa0.reinterpretAsInts().lanewise(VectorOperators.LSHR, 16).sub(high).and(0xFFFF);
                outa1 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scalea), outa1);
                high = hb0.reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).lanewise(VectorOperators.LSHL, 8);
                low = ab0.reinterpretAsInts().lanewise(VectorOperators.LSHR, 16).sub(high).and(0xFFFF);
                outb1 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scaleb), outb1);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + GROUP, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                high = ha1.reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 8);
                low = aa1.reinterpretAsInts().sub(high).and(0xFFFF);
                outa2 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scalea), outa2);
                high = hb1.reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 8);
                low = ab1.reinterpretAsInts().sub(high).and(0xFFFF);
                outb2 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scaleb), outb2);
                d = halves.lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                high = ha1.reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).lanewise(VectorOperators.LSHL, 8);
                low = aa1.reinterpretAsInts().lanewise(VectorOperators.LSHR, 16).sub(high).and(0xFFFF);
                outa3 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scalea), outa3);
                high = hb1.reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).lanewise(VectorOperators.LSHL, 8);
                low = ab1.reinterpretAsInts().lanewise(VectorOperators.LSHR, 16).sub(high).and(0xFFFF);
                outb3 = d.fma(((FloatVector) high.add(low).convert(VectorOperators.I2F, 0)).mul(scaleb), outb3);
                aa0 = ShortVector.zero(SHORTS);
                ha0 = ShortVector.zero(SHORTS);
                aa1 = ShortVector.zero(SHORTS);
                ha1 = ShortVector.zero(SHORTS);
                ab0 = ShortVector.zero(SHORTS);
                hb0 = ShortVector.zero(SHORTS);
                ab1 = ShortVector.zero(SHORTS);
                hb1 = ShortVector.zero(SHORTS);
            }
        }
        outa0.intoArray(out, outAt);
        outa1.intoArray(out, outAt + LANES);
        outa2.intoArray(out, outAt + 2 * LANES);
        outa3.intoArray(out, outAt + 3 * LANES);
        outb0.intoArray(out, outAt + outStride);
        outb1.intoArray(out, outAt + outStride + LANES);
        outb2.intoArray(out, outAt + outStride + 2 * LANES);
        outb3.intoArray(out, outAt + outStride + 3 * LANES);
    }
}
