package io.inference.engine.cpu.quantized;

/**
 * 16-bit floats to floats in registers: with the half in an int's upper 16 bits, an arithmetic shift by 3 moves
 * exponent and mantissa to a float's position, {@link #MASK} clears the copies of the sign and the bits from below, and
 * {@link #UNIT} corrects the difference of the exponents' biases. Exact for all finite halves.
 */
final class Halves {
    static final int MASK = 0x8FFFE000;
    static final float UNIT = 0x1p112f;

    private Halves() {}
}
