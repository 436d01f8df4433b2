package io.inference.engine.cpu.quantized;

import static io.inference.engine.cpu.kernel.Lanes.FLOATS;
import static io.inference.engine.cpu.kernel.Lanes.INTS;
import static io.inference.engine.cpu.kernel.Lanes.LANES;
import static io.inference.engine.cpu.quantized.Rounding.BLOCK;

import io.inference.engine.cpu.kernel.Exp;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The inputs of a product with quantised weights, rounded as {@link Rounding} defines, in the form that the kernels
 * need. Reused between calls for its arrays.
 */
public final class RoundedInput {
    /** Ones but for each fourth lane from the first. */
    private static final IntVector CHAIN = IntVector.fromArray(
            INTS, IntStream.range(0, LANES).map(i -> i % 4 == 0 ? 0 : -1).toArray(), 0);

    private int[] factors = {};
    private float[] scales = {};
    private int[] sums = {};

    /** The factor of each element, in both halves of an int: a register of shorts by one load. */
    int[] factors() {
        return factors;
    }

    /** The scale of each block. */
    float[] scales() {
        return scales;
    }

    /** The sum of each block's integers. */
    int[] sums() {
        return sums;
    }

    /** Makes room for {@code blocks} blocks. */
    public void resize(int blocks) {
        if (sums.length < blocks) {
            factors = new int[blocks * BLOCK];
            scales = new float[blocks];
            sums = new int[blocks];
        }
    }

    /**
     * Rounds the blocks {@code from} to {@code to} of {@code x}.
     *
     * @param chained whether 16 times the element before it, if both are in the same four, is subtracted from an
     *     element's factor, as {@link Q4Kernel} requires
     */
    public void round(float[] x, int from, int to, boolean chained) {
        int[] before = new int[1 + BLOCK]; // a block's integers with one before the first
        for (int b = from; b < to; b++) {
            FloatVector most = FloatVector.zero(FLOATS);
            for (int i = b * BLOCK; i < (b + 1) * BLOCK; i += LANES) {
                most = most.max(FloatVector.fromArray(FLOATS, x, i).abs());
            }
            float largest = most.reduceLanes(VectorOperators.MAX);
            float inverse = Rounding.inverse(largest);
            IntVector total = IntVector.zero(INTS);
            for (int i = 0; i < BLOCK; i += LANES) {
                // Adding and taking away 1.5 * 2^23 rounds to the nearest integer, ties to even.
                IntVector q = (IntVector) FloatVector.fromArray(FLOATS, x, b * BLOCK + i)
                        .mul(inverse)
                        .add(Exp.ROUNDING)
                        .sub(Exp.ROUNDING)
                        .convert(VectorOperators.F2I, 0);
                q.intoArray(before, 1 + i);
                total = total.add(q);
            }
            for (int i = 0; i < BLOCK; i += LANES) {
                IntVector q = IntVector.fromArray(INTS, before, 1 + i);
                if (chained) {
                    q = q.sub(IntVector.fromArray(INTS, before, i)
                            .lanewise(VectorOperators.LSHL, 4)
                            .and(CHAIN));
                }
                q.and(0xFFFF).mul(0x10001).intoArray(factors, b * BLOCK + i);
            }
            scales[b] = Rounding.scale(largest);
            sums[b] = total.reduceLanes(VectorOperators.ADD);
        }
    }
}
