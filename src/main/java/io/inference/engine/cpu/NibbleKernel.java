package io.inference.engine.cpu;

import static io.inference.engine.cpu.Lanes.FLOATS;
import static io.inference.engine.cpu.Lanes.INTS;
import static io.inference.engine.cpu.Lanes.LANES;
import static io.inference.engine.cpu.Lanes.ORDER;
import static io.inference.engine.cpu.Lanes.SHORTS;
import static io.inference.engine.cpu.QuantizedMatrix.GROUP;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Products with weights of 4 bits (Q4_1, and Q4_0 as Q4_1 with a minimum of -8 scales), lanes being rows: exact sums of a
 * block in 16 bits, then {@code sum += d * (scale * integers) + m * offset} in floats.
 *
 * <p>A short holds the nibbles {@code n0..n3} of four columns of its row. That no mask is needed rests on sums being
 * right modulo 2^16: with the factors {@code f0 = x0, f1 = x1 - 16 x0, f2 = x2 - 16 x1, f3 = x3 - 16 x2} is
 * {@code v f0 + (v>>4) f1 + (v>>8) f2 + (v>>12) f3 = n0 x0 + n1 x1 + n2 x2 + n3 x3 + 2^16 (..)}. A block's sum of
 * {@code n * x} needs 17 bits, but that of {@code (n - 8) * x} is at most 32 * 8 * 127 = 32512: taking 8 times the sum of
 * {@code x} away in shorts and adding it again in ints makes the sum exact.
 *
 * <p>The loop runs over all columns, with the end of a block as a branch in it: a loop for each block has its range
 * checks worked out anew each time, which took a third of the time. One method for each shape, since a method that
 * returns a vector boxes it.
 */
final class NibbleKernel {
    /** Bytes of a block of a group's rows: 32 nibbles, a scale and a minimum each. */
    static final int BLOCK_BYTES = GROUP * 20;

    /** Columns that a short holds. */
    static final int COLUMNS = 4;

    private static final int STEPS_A_BLOCK = 8;

    private NibbleKernel() {}

    /** {@code out[outAt .. outAt+GROUP)} = the group's rows at {@code start} of {@code data}, times one token. */
    static void one(MemorySegment data, long start, int blocks, RoundedInput input, int token, float[] out, int outAt) {
        int[] factors = input.factors();
        int[] sums = input.sums();
        float[] scales = input.scales();
        float[] offsets = input.offsets();
        long scalesAt = start + blocks * (GROUP * 16L);
        int blocka = token * blocks;
        ShortVector sa0 = ShortVector.zero(SHORTS);
        ShortVector sa1 = ShortVector.zero(SHORTS);
        FloatVector outa0 = FloatVector.zero(FLOATS);
        FloatVector outa1 = FloatVector.zero(FLOATS);
        FloatVector outa2 = FloatVector.zero(FLOATS);
        FloatVector outa3 = FloatVector.zero(FLOATS);
        for (int i = 0; i < blocks * STEPS_A_BLOCK; i++) {
            long at = start + i * (GROUP * 2L);
            ShortVector q0 = ShortVector.fromMemorySegment(SHORTS, data, at, ORDER);
            ShortVector q1 = ShortVector.fromMemorySegment(SHORTS, data, at + GROUP, ORDER);
            ShortVector xa = IntVector.broadcast(INTS, factors[blocka * 32 + i * 4]).reinterpretAsShorts();
            sa0 = sa0.add(q0.mul(xa));
            sa1 = sa1.add(q1.mul(xa));
            xa = IntVector.broadcast(INTS, factors[blocka * 32 + i * 4 + 1]).reinterpretAsShorts();
            sa0 = sa0.add(q0.lanewise(VectorOperators.LSHR, 4).mul(xa));
            sa1 = sa1.add(q1.lanewise(VectorOperators.LSHR, 4).mul(xa));
            xa = IntVector.broadcast(INTS, factors[blocka * 32 + i * 4 + 2]).reinterpretAsShorts();
            sa0 = sa0.add(q0.lanewise(VectorOperators.LSHR, 8).mul(xa));
            sa1 = sa1.add(q1.lanewise(VectorOperators.LSHR, 8).mul(xa));
            xa = IntVector.broadcast(INTS, factors[blocka * 32 + i * 4 + 3]).reinterpretAsShorts();
            sa0 = sa0.add(q0.lanewise(VectorOperators.LSHR, 12).mul(xa));
            sa1 = sa1.add(q1.lanewise(VectorOperators.LSHR, 12).mul(xa));
            if (i % STEPS_A_BLOCK == STEPS_A_BLOCK - 1) {
                int b = i / STEPS_A_BLOCK;
                long halvesAt = scalesAt + b * (GROUP * 4L);
                int suma = sums[blocka + b] * 8;
                FloatVector offseta = FloatVector.broadcast(FLOATS, offsets[blocka + b]);
                float scalea = scales[blocka + b];
                IntVector halves = IntVector.fromMemorySegment(INTS, data, halvesAt + 0 * LANES * 4, ORDER);
                FloatVector d = halves.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                FloatVector m = halves.lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                IntVector products = sa0.sub((short) suma).reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16).add(suma);
                outa0 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scalea), outa0);
                outa0 = m.fma(offseta, outa0);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + 1 * LANES * 4, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                m = halves.lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                products = sa0.sub((short) suma).reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).add(suma);
                outa1 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scalea), outa1);
                outa1 = m.fma(offseta, outa1);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + 2 * LANES * 4, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                m = halves.lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                products = sa1.sub((short) suma).reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16).add(suma);
                outa2 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scalea), outa2);
                outa2 = m.fma(offseta, outa2);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + 3 * LANES * 4, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                m = halves.lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                products = sa1.sub((short) suma).reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).add(suma);
                outa3 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scalea), outa3);
                outa3 = m.fma(offseta, outa3);
                sa0 = ShortVector.zero(SHORTS);
                sa1 = ShortVector.zero(SHORTS);
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
        int[] sums = input.sums();
        float[] scales = input.scales();
        float[] offsets = input.offsets();
        long scalesAt = start + blocks * (GROUP * 16L);
        int blocka = token * blocks;
        int blockb = (token + 1) * blocks;
        ShortVector sa0 = ShortVector.zero(SHORTS);
        ShortVector sa1 = ShortVector.zero(SHORTS);
        ShortVector sb0 = ShortVector.zero(SHORTS);
        ShortVector sb1 = ShortVector.zero(SHORTS);
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
            ShortVector q0 = ShortVector.fromMemorySegment(SHORTS, data, at, ORDER);
            ShortVector q1 = ShortVector.fromMemorySegment(SHORTS, data, at + GROUP, ORDER);
            ShortVector xa = IntVector.broadcast(INTS, factors[blocka * 32 + i * 4]).reinterpretAsShorts();
            sa0 = sa0.add(q0.mul(xa));
            sa1 = sa1.add(q1.mul(xa));
            ShortVector xb = IntVector.broadcast(INTS, factors[blockb * 32 + i * 4]).reinterpretAsShorts();
            sb0 = sb0.add(q0.mul(xb));
            sb1 = sb1.add(q1.mul(xb));
            xa = IntVector.broadcast(INTS, factors[blocka * 32 + i * 4 + 1]).reinterpretAsShorts();
            sa0 = sa0.add(q0.lanewise(VectorOperators.LSHR, 4).mul(xa));
            sa1 = sa1.add(q1.lanewise(VectorOperators.LSHR, 4).mul(xa));
            xb = IntVector.broadcast(INTS, factors[blockb * 32 + i * 4 + 1]).reinterpretAsShorts();
            sb0 = sb0.add(q0.lanewise(VectorOperators.LSHR, 4).mul(xb));
            sb1 = sb1.add(q1.lanewise(VectorOperators.LSHR, 4).mul(xb));
            xa = IntVector.broadcast(INTS, factors[blocka * 32 + i * 4 + 2]).reinterpretAsShorts();
            sa0 = sa0.add(q0.lanewise(VectorOperators.LSHR, 8).mul(xa));
            sa1 = sa1.add(q1.lanewise(VectorOperators.LSHR, 8).mul(xa));
            xb = IntVector.broadcast(INTS, factors[blockb * 32 + i * 4 + 2]).reinterpretAsShorts();
            sb0 = sb0.add(q0.lanewise(VectorOperators.LSHR, 8).mul(xb));
            sb1 = sb1.add(q1.lanewise(VectorOperators.LSHR, 8).mul(xb));
            xa = IntVector.broadcast(INTS, factors[blocka * 32 + i * 4 + 3]).reinterpretAsShorts();
            sa0 = sa0.add(q0.lanewise(VectorOperators.LSHR, 12).mul(xa));
            sa1 = sa1.add(q1.lanewise(VectorOperators.LSHR, 12).mul(xa));
            xb = IntVector.broadcast(INTS, factors[blockb * 32 + i * 4 + 3]).reinterpretAsShorts();
            sb0 = sb0.add(q0.lanewise(VectorOperators.LSHR, 12).mul(xb));
            sb1 = sb1.add(q1.lanewise(VectorOperators.LSHR, 12).mul(xb));
            if (i % STEPS_A_BLOCK == STEPS_A_BLOCK - 1) {
                int b = i / STEPS_A_BLOCK;
                long halvesAt = scalesAt + b * (GROUP * 4L);
                int suma = sums[blocka + b] * 8;
                FloatVector offseta = FloatVector.broadcast(FLOATS, offsets[blocka + b]);
                float scalea = scales[blocka + b];
                int sumb = sums[blockb + b] * 8;
                FloatVector offsetb = FloatVector.broadcast(FLOATS, offsets[blockb + b]);
                float scaleb = scales[blockb + b];
                IntVector halves = IntVector.fromMemorySegment(INTS, data, halvesAt + 0 * LANES * 4, ORDER);
                FloatVector d = halves.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                FloatVector m = halves.lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                IntVector products = sa0.sub((short) suma).reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16).add(suma);
                outa0 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scalea), outa0);
                outa0 = m.fma(offseta, outa0);
                products = sb0.sub((short) sumb).reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16).add(sumb);
                outb0 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scaleb), outb0);
                outb0 = m.fma(offsetb, outb0);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + 1 * LANES * 4, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                m = halves.lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                products = sa0.sub((short) suma).reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).add(suma);
                outa1 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scalea), outa1);
                outa1 = m.fma(offseta, outa1);
                products = sb0.sub((short) sumb).reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).add(sumb);
                outb1 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scaleb), outb1);
                outb1 = m.fma(offsetb, outb1);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + 2 * LANES * 4, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                m = halves.lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                products = sa1.sub((short) suma).reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16).add(suma);
                outa2 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scalea), outa2);
                outa2 = m.fma(offseta, outa2);
                products = sb1.sub((short) sumb).reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16).add(sumb);
                outb2 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scaleb), outb2);
                outb2 = m.fma(offsetb, outb2);
                halves = IntVector.fromMemorySegment(INTS, data, halvesAt + 3 * LANES * 4, ORDER);
                d = halves.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                m = halves.lanewise(VectorOperators.ASHR, 3).and(Halves.MASK).reinterpretAsFloats().mul(Halves.UNIT);
                products = sa1.sub((short) suma).reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).add(suma);
                outa3 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scalea), outa3);
                outa3 = m.fma(offseta, outa3);
                products = sb1.sub((short) sumb).reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).add(sumb);
                outb3 = d.fma(((FloatVector) products.convert(VectorOperators.I2F, 0)).mul(scaleb), outb3);
                outb3 = m.fma(offsetb, outb3);
                sa0 = ShortVector.zero(SHORTS);
                sa1 = ShortVector.zero(SHORTS);
                sb0 = ShortVector.zero(SHORTS);
                sb1 = ShortVector.zero(SHORTS);
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
