package io.inference.engine.cpu;

/**
 * Constants of the exponential in vectors: {@code e^x = 2^n * e^r} with {@code n} the nearest integer to
 * {@code x / ln 2}. Adding and subtracting {@link #ROUNDING} rounds to that integer and leaves it in the low bits, from
 * where a shift brings it to a float's exponent.
 */
final class Exp {
    static final float LOG2_E = (float) (1 / 0.6931471805599453);
    static final float ROUNDING = 12582912f; // 1.5 * 2^23
    static final float LN2_HIGH = 355f / 512; // few bits, so that n * LN2_HIGH is exact
    static final float LN2_LOW = (float) (0.6931471805599453 - 355.0 / 512);
    static final float C2 = 1 / 2f;
    static final float C3 = 1 / 6f;
    static final float C4 = 1 / 24f;
    static final float C5 = 1 / 120f;
    static final float C6 = 1 / 720f;

    /** Below this a result would leave the range of normal floats. */
    static final float LOWEST = -87f;

    static final float HIGHEST = 88f;

    private Exp() {}
}
