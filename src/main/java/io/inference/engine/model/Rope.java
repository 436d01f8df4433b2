package io.inference.engine.model;

/**
 * Rotary position embedding with sines and cosines computed once for every position of the context, the same on every
 * machine.
 */
public final class Rope {
    private final int half;
    private final boolean neighbouring;
    private final float[] cos; // (contextLength,half)
    private final float[] sin; // (contextLength,half)

    /** @param divisors divisors of each pair's frequency, (dimensions/2), or empty for 1 throughout */
    public Rope(RopeConfig config, int contextLength, float[] divisors) {
        this.half = config.dimensions() / 2;
        this.neighbouring = config.neighbouring();
        this.cos = new float[Math.multiplyExact(contextLength, half)];
        this.sin = new float[cos.length];
        for (int i = 0; i < half; i++) {
            double frequency = config.scale() * StrictMath.pow(config.base(), -2.0 * i / config.dimensions());
            if (divisors.length > 0) {
                frequency /= divisors[i];
            }
            for (int position = 0; position < contextLength; position++) {
                cos[position * half + i] = (float) StrictMath.cos(position * frequency);
                sin[position * half + i] = (float) StrictMath.sin(position * frequency);
            }
        }
    }

    /** The cosines {@code (contextLength,dimensions/2)}; not to be changed. */
    public float[] cosines() {
        return cos;
    }

    /** The sines {@code (contextLength,dimensions/2)}; not to be changed. */
    public float[] sines() {
        return sin;
    }

    /** Rotates the {@code heads} heads of {@code headSize} floats that start at {@code x[offset]}. */
    void turn(float[] x, int offset, int heads, int headSize, int position) {
        int step = neighbouring ? 2 : 1;
        int partner = neighbouring ? 1 : half;
        for (int head = 0; head < heads; head++) {
            int a = offset + head * headSize;
            for (int i = 0, at = position * half; i < half; i++, at++, a += step) {
                float real = x[a];
                float imaginary = x[a + partner];
                x[a] = real * cos[at] - imaginary * sin[at];
                x[a + partner] = real * sin[at] + imaginary * cos[at];
            }
        }
    }
}
