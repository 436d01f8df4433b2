package io.inference.engine.cpu;

import io.inference.engine.cpu.kernel.Lanes;
import io.inference.engine.gguf.TensorType;
import io.inference.engine.tensor.AttentionSpan;
import io.inference.engine.tensor.KvLayout;
import io.inference.engine.tensor.TensorOps;
import io.inference.engine.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * One of each of the operations whose result is defined to the last bit. As a program it prints a hash of the results
 * of the {@code cpu} backend, for JVMs that run with other registers than this machine's best.
 */
final class SameBits {
    private SameBits() {}

    public static void main(String[] args) {
        try (TensorOps ops = new VectorOps(1)) {
            System.out.println(Lanes.LANES + " " + Arrays.hashCode(results(ops)));
        }
    }

    static float[] results(TensorOps ops) {
        List<float[]> results = new ArrayList<>();
        for (TensorType type : List.of(TensorType.Q4_0, TensorType.Q4_1, TensorType.Q8_0)) {
            for (int[] shape : new int[][] {{192, 576}, {70, 64}, {1, 32}, {63, 1536}}) {
                for (int n : new int[] {1, 2, 5}) {
                    Random random = new Random(shape[0] + n);
                    Weight w = RandomWeights.of(type, shape[0], shape[1], random);
                    float[] out = new float[n * shape[0]];
                    ops.matmul(ops.prepare(w), numbers(n * shape[1], random), n, out);
                    results.add(out);
                }
            }
        }
        results.add(norm(ops));
        results.add(swiglu(ops));
        results.add(attention(ops, 64));
        results.add(attention(ops, 20));
        return join(results);
    }

    private static float[] norm(TensorOps ops) {
        Random random = new Random(1);
        float[] out = new float[3 * 579];
        ops.rmsNorm(numbers(out.length, random), 3, numbers(579, random), 1e-5f, out);
        return out;
    }

    private static float[] swiglu(TensorOps ops) {
        Random random = new Random(2);
        float[] gate = numbers(10_007, random);
        for (int i = 0; i < gate.length; i++) {
            gate[i] *= i % 100;
        }
        ops.swiglu(gate, numbers(gate.length, random), gate.length);
        return gate;
    }

    private static float[] attention(TensorOps ops, int headSize) {
        Random random = new Random(headSize);
        KvLayout layout = new KvLayout(1, 3, headSize);
        List<float[]> pages = List.of(
                numbers(layout.pageFloats(), random),
                numbers(layout.pageFloats(), random),
                numbers(layout.pageFloats(), random));
        float[] q = numbers(5 * 9 * headSize, random);
        float[] out = new float[q.length];
        ops.attention(layout, 0, List.of(new AttentionSpan(0, 5, 30, pages)), 9, q, out);
        return out;
    }

    private static float[] numbers(int count, Random random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] join(List<float[]> parts) {
        float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
