package io.inference.upstream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;

/** Reads arrays of numbers: the vectors of embeddings. */
public final class Vectors {
    private static final int USUAL_LENGTH = 1024;
    /** Servers normalise in 32 bits; a length closer to 1 than this counts as 1. */
    private static final double TOLERANCE = 1e-4;

    private Vectors() {}

    /** The array of numbers at the parser's current token. */
    public static float[] read(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new IOException("an embedding that is not an array");
        }
        float[] vector = new float[USUAL_LENGTH];
        int length = 0;
        while (JsonTokens.nextElement(json)) {
            if (length == vector.length) {
                vector = Arrays.copyOf(vector, length * 2);
            }
            vector[length++] = json.getFloatValue();
        }
        return Arrays.copyOf(vector, length);
    }

    /** Scales a vector, in place, to length 1; a zero vector stays unchanged. */
    public static float[] normalize(float[] vector) {
        double squares = 0;
        for (float x : vector) {
            squares += (double) x * x;
        }
        double norm = Math.sqrt(squares);
        if (norm > 0 && Math.abs(norm - 1) > TOLERANCE) {
            for (int i = 0; i < vector.length; i++) {
                vector[i] = (float) (vector[i] / norm);
            }
        }
        return vector;
    }
}
