package io.inference.engine.cpu.quantized;

/**
 * Rounding of the inputs of a product with quantised weights: a block of 32 is {@code scale * q} with {@code scale =
 * max|x| / 127} and {@code q} the nearest integer to {@code x * (127 / max|x|)}, ties to even.
 *
 * @param scale the integers times this are the inputs again
 * @param q the integers, -127 to 127
 * @param sum their sum
 */
@SuppressWarnings("ArrayRecordComponent") // read in products, never compared
public record Rounding(float scale, int[] q, int sum) {
    /** Elements that share a scale. */
    public static final int BLOCK = 32;

    /** A block with no absolute value above this is zero: 127 divided by less could leave the range of floats. */
    private static final float NOTHING = 1e-30f;

    /** What a block's elements are multiplied by before they are rounded. */
    static float inverse(float largest) {
        return largest > NOTHING ? 127 / largest : 0;
    }

    /** What a block's integers are multiplied by to be the elements again. */
    static float scale(float largest) {
        return largest > NOTHING ? largest / 127 : 0;
    }

    /** The block of {@code x} from {@code at}. */
    public static Rounding of(float[] x, int at) {
        float largest = 0;
        for (int i = at; i < at + BLOCK; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        int[] q = new int[BLOCK];
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            q[i] = (int) Math.rint(x[at + i] * inverse(largest));
            sum += q[i];
        }
        return new Rounding(scale(largest), q, sum);
    }
}
