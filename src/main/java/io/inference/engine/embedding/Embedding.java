package io.inference.engine.embedding;

/**
 * The embedding of one text.
 *
 * @param raw {@code (width)}: the pooled hidden state as the model made it
 * @param tokens how many tokens the text had
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record Embedding(float[] raw, int tokens) {
    /** The vector scaled to length 1; a zero vector stays zero. */
    public float[] normalized() {
        double squares = 0;
        for (float value : raw) {
            squares += (double) value * value;
        }
        float scale = squares == 0 ? 0 : (float) (1 / Math.sqrt(squares));
        float[] result = new float[raw.length];
        for (int i = 0; i < raw.length; i++) {
            result[i] = raw[i] * scale;
        }
        return result;
    }
}
