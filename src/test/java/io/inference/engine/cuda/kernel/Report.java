package io.inference.engine.cuda.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What checks of kernels found: outputs beside their references, and how far apart they are. */
public final class Report {
    /**
     * One comparison.
     *
     * @param name the kernel and its shape
     * @param output what the kernel gave
     * @param worst the largest difference from the reference, as a multiple of what is allowed; above 1 it fails
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Line(String name, float[] output, double worst) {
        public boolean passed() {
            return worst <= 1;
        }
    }

    private final List<Line> lines = new ArrayList<>();

    /** Compares; {@code allowed} is the largest difference for each element. */
    void compare(String name, float[] output, double[] expected, double[] allowed) {
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs(output[i] - expected[i]) / allowed[i];
            // Also true for NaN.
            if (!(difference <= worst)) {
                worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
            }
        }
        lines.add(new Line(name, output, output.length == expected.length ? worst : Double.POSITIVE_INFINITY));
    }

    /** Compares with one bound for all elements, relative to the largest of them. */
    void compare(String name, float[] output, float[] expected, double relative) {
        double largest = 1e-6;
        double[] reference = new double[expected.length];
        for (int i = 0; i < expected.length; i++) {
            reference[i] = expected[i];
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        double[] allowed = new double[expected.length];
        Arrays.fill(allowed, largest * relative);
        compare(name, output, reference, allowed);
    }

    /** Adds a statement that holds or not. */
    void require(String name, boolean holds) {
        lines.add(new Line(name, new float[0], holds ? 0 : Double.POSITIVE_INFINITY));
    }

    public List<Line> lines() {
        return List.copyOf(lines);
    }
}
