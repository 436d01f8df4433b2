package io.inference.engine.cpu;

/**
 * How the inputs of a product with quantised weights are rounded: each block of 32 is {@code scale * q} with
 * {@code scale = max|x| / 127} and {@code q} the nearest integer to {@code x * (127 / max|x|)}, ties to even.
 */
final class Rounding {
    /** A block with nothing above this is zero: 127 divided by less could leave the range of floats. */
    private static final float NOTHING = 1e-30f;

    private Rounding() {}

    /** What a block's elements are multiplied by before they are rounded. */
    static float inverse(float largest) {
        return largest > NOTHING ? 127 / largest : 0;
    }

    /** What a block's integers are multiplied by to be the elements again. */
    static float scale(float largest) {
        return largest > NOTHING ? largest / 127 : 0;
    }
}
