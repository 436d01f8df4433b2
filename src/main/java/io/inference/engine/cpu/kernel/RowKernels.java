package io.inference.engine.cpu.kernel;

import static io.inference.engine.cpu.kernel.Lanes.FLOATS;
import static io.inference.engine.cpu.kernel.Lanes.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The element-by-element operations between the matrices. */
public final class RowKernels {
    private RowKernels() {}

    public static void add(float[] x, float[] y, int count) {
        for (int i = 0; i < count; i++) {
            x[i] += y[i]; // the compiler vectorises this loop
        }
    }

    /** {@code out[at..at+width) = x[at..at+width) / rms * weight}. */
    public static void rmsNorm(float[] x, int at, float[] weight, float epsilon, float[] out) {
        int width = weight.length;
        double sum = 0; // one after another: the next is loaded meanwhile, and rows are short
        for (int i = 0; i < width; i++) {
            sum += (double) x[at + i] * x[at + i];
        }
        float scale = (float) (1 / Math.sqrt(sum / width + epsilon));
        for (int i = 0; i < width; i++) {
            out[at + i] = x[at + i] * scale * weight[i];
        }
    }

    /** {@code gate[from..to) *= sigmoid(gate) * up}; the exponential is that of {@link AttentionKernel#softmax}. */
    public static void swiglu(float[] gate, float[] up, int from, int to) {
        int i = from;
        for (; i + LANES <= to; i += LANES) {
            FloatVector g = FloatVector.fromArray(FLOATS, gate, i);
            FloatVector v = g.neg().max(Exp.LOWEST).min(Exp.HIGHEST);
            FloatVector shifted = v.mul(Exp.LOG2_E).add(Exp.ROUNDING);
            FloatVector n = shifted.sub(Exp.ROUNDING);
            FloatVector r = n.lanewise(VectorOperators.FMA, -Exp.LN2_HIGH, v);
            r = n.lanewise(VectorOperators.FMA, -Exp.LN2_LOW, r);
            FloatVector e = r.mul(Exp.C6).add(Exp.C5);
            e = e.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(FLOATS, Exp.C4));
            e = e.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(FLOATS, Exp.C3));
            e = e.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(FLOATS, Exp.C2));
            e = e.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(FLOATS, 1f));
            e = e.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(FLOATS, 1f));
            e = shifted.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 23)
                    .add(e.reinterpretAsInts())
                    .reinterpretAsFloats();
            g.div(e.add(1f)).mul(FloatVector.fromArray(FLOATS, up, i)).intoArray(gate, i);
        }
        for (; i < to; i++) {
            gate[i] = gate[i] / (1 + Exp.of(-gate[i])) * up[i];
        }
    }
}
