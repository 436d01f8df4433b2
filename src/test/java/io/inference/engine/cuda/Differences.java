package io.inference.engine.cuda;

import io.inference.engine.model.StepResult;

/** Compares results of two backends; without a test framework, because {@link GpuCheck} uses it where there is none. */
final class Differences {
    private Differences() {}

    /** Logits or hidden states. */
    static float[] floats(StepResult result) {
        return ((StepResult.Floats) result).values();
    }

    /** Root mean square of the difference in relation to that of {@code expected}; NaN if a number is none. */
    static double relativeError(float[] actual, float[] expected) {
        if (actual.length != expected.length) {
            throw new IllegalArgumentException(actual.length + " numbers instead of " + expected.length);
        }
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow(actual[i] - (double) expected[i], 2);
            size += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / size);
    }
}
