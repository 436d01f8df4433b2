package io.inference.engine.cpu.quantized;

/**
 * 16-bit floats to floats in registers: with the half in an int's upper 16 bits, an arithmetic shift by 3 brings
 * exponent and mantissa to a float's place, {@link #MASK} clears the copies of the sign and what came from the lower
 * bits, and {@link #UNIT} makes up for the difference of the exponents' biases. Exact for all finite halves.
 */
final class Halves {
    static final int MASK = 0x8FFFE000;
    static final float UNIT = 0x1p112f;

    private Halves() {}
}
