package io.inference.engine.cpu.kernel;

/**
 * The exponential as all backends compute it, so that they agree to the last bit; its constants are for the kernels
 * that do the same in registers: {@code e^x = 2^n * e^r} with {@code n} the nearest integer to {@code x / ln 2}. Adding
 * and subtracting {@link #ROUNDING} rounds to that integer and leaves it in the low bits, from which a shift moves it
 * to a float's exponent.
 */
public final class Exp {
    static final float LOG2_E = (float) (1 / 0.6931471805599453);
    public static final float ROUNDING = 12582912f; // 1.5 * 2^23
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

    /** {@code e^x}; {@code x} outside of {@link #LOWEST} to {@link #HIGHEST} counts as the nearer of them. */
    public static float of(float x) {
        float v = Math.min(Math.max(x, LOWEST), HIGHEST);
        float shifted = v * LOG2_E + ROUNDING;
        float n = shifted - ROUNDING;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, v));
        float e = r * C6 + C5;
        e = Math.fma(e, r, C4);
        e = Math.fma(e, r, C3);
        e = Math.fma(e, r, C2);
        e = Math.fma(e, r, 1f);
        e = Math.fma(e, r, 1f);
        return Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + Float.floatToRawIntBits(e));
    }
}
