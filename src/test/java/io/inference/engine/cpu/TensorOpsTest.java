package io.inference.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.inference.engine.cpu.quantized.QuantizedBlock;
import io.inference.engine.gguf.TensorType;
import io.inference.engine.tensor.AttentionSpan;
import io.inference.engine.tensor.Dequantizer;
import io.inference.engine.tensor.KvLayout;
import io.inference.engine.tensor.TensorOps;
import io.inference.engine.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares every backend with plain loops in double precision, for every type of weight. */
class TensorOpsTest {
    /** Numbers of tokens on both sides of every tile. */
    private static final int[] TOKENS = {1, 2, 3, 4, 5, 8, 13};

    static Stream<Named<TensorOps>> backends() {
        return Stream.of(new ScalarOps(1), new ScalarOps(3), new VectorOps(1), new VectorOps(3))
                .map(ops -> Named.of(ops.description(), ops));
    }

    static Stream<Arguments> backendsAndTypes() {
        return Arrays.stream(TensorType.values()).flatMap(type -> backends().map(ops -> Arguments.of(ops, type)));
    }

    @ParameterizedTest
    @MethodSource("backendsAndTypes")
    void multipliesWeightsOfEveryType(TensorOps ops, TensorType type) {
        Random random = new Random(type.ordinal());
        // Rows that fill neither a task nor a tile, and the widest and narrowest rows that the type allows.
        int[][] shapes = {
            {72, 576 / type.blockElements() * type.blockElements()},
            {70, 2 * Math.max(32, type.blockElements())},
            {133, 3 * 256},
            {3, type.blockElements() * 5}
        };
        try (ops) {
            for (int[] shape : shapes) {
                Weight w = RandomWeights.of(type, shape[0], shape[1], random);
                for (int n : TOKENS) {
                    float[] x = random(n * w.columns(), random);
                    float[] out = new float[n * w.rows() + 1];
                    Arrays.fill(out, Float.NaN);
                    ops.matmul(ops.prepare(w), x, n, out);
                    assertProduct(w, QuantizedBlock.is(type) ? rounded(x) : x, n, out);
                }
            }
        }
    }

    /** Rounds to 8 bits with a scale for each 32, as the products with quantised weights do with their inputs. */
    private static float[] rounded(float[] x) {
        float[] result = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            float largest = 0;
            for (int j = i / 32 * 32; j < i / 32 * 32 + 32; j++) {
                largest = Math.max(largest, Math.abs(x[j]));
            }
            result[i] = (float) Math.rint(x[i] * (127 / largest)) * (largest / 127);
        }
        return result;
    }

    private static void assertProduct(Weight w, float[] x, int n, float[] out) {
        float[] row = new float[w.columns()];
        for (int r = 0; r < w.rows(); r++) {
            Dequantizer.row(w, r, row, 0);
            for (int i = 0; i < n; i++) {
                double sum = 0;
                double size = 0;
                for (int c = 0; c < w.columns(); c++) {
                    double product = (double) row[c] * x[i * w.columns() + c];
                    sum += product;
                    size += Math.abs(product);
                }
                assertThat((double) out[i * w.rows() + r])
                        .as("%s row %d of %d tokens", w.name(), r, n)
                        .isCloseTo(sum, within(1e-5 * size + 1e-6));
            }
        }
        assertThat(out[n * w.rows()]).as("nothing is written behind the result").isNaN();
    }

    @ParameterizedTest
    @MethodSource("backendsAndTypes")
    void looksRowsUp(TensorOps ops, TensorType type) {
        Weight w = RandomWeights.of(type, 9, 2 * Math.max(32, type.blockElements()), new Random(7));
        int[] ids = {8, 0, 3, 3};
        float[] expected = new float[ids.length * w.columns()];
        for (int i = 0; i < ids.length; i++) {
            Dequantizer.row(w, ids[i], expected, i * w.columns());
        }
        float[] out = new float[expected.length];
        try (ops) {
            ops.rows(w, ids, ids.length, out);
        }
        assertThat(out).containsExactly(expected, within(1e-6f));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void normalizesRows(TensorOps ops) {
        for (int width : new int[] {576, 37}) {
            Random random = new Random(width);
            float[] x = random(3 * width, random);
            float[] weight = random(width, random);
            float[] out = new float[x.length];
            ops.rmsNorm(x, 3, weight, 1e-5f, out);
            for (int i = 0; i < 3; i++) {
                double squares = 0;
                for (int c = 0; c < width; c++) {
                    squares += (double) x[i * width + c] * x[i * width + c];
                }
                for (int c = 0; c < width; c++) {
                    double expected = x[i * width + c] / Math.sqrt(squares / width + 1e-5) * weight[c];
                    assertThat((double) out[i * width + c]).isCloseTo(expected, within(1e-5));
                }
            }
        }
        ops.close();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void gatesFromVeryNegativeToVeryPositive(TensorOps ops) {
        int count = 10_007;
        float[] gate = new float[count];
        float[] up = new float[count];
        double[] expected = new double[count];
        for (int i = 0; i < count; i++) {
            gate[i] = (i - count / 2) * 0.03f;
            up[i] = 1 + i % 7;
            expected[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
        }
        try (ops) {
            ops.swiglu(gate, up, count);
        }
        for (int i = 0; i < count; i++) {
            assertThat((double) gate[i]).isCloseTo(expected[i], within(1e-6 * Math.abs(expected[i]) + 1e-6));
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void adds(TensorOps ops) {
        float[] x = {1, 2, 3};
        try (ops) {
            ops.add(x, new float[] {10, 20, 30}, 2);
        }
        assertThat(x).containsExactly(11, 22, 3);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void attendsToOwnPastOnly(TensorOps ops) {
        for (int headSize : new int[] {64, 20}) {
            KvLayout layout = new KvLayout(2, 3, headSize);
            Random random = new Random(headSize);
            List<float[]> first = pages(layout, 3, random);
            List<float[]> second = pages(layout, 1, random);
            // Rows 0 to 4 are positions 30 to 34 of one sequence, row 5 is position 0 of another.
            List<AttentionSpan> spans = List.of(new AttentionSpan(0, 5, 30, first), new AttentionSpan(5, 1, 0, second));
            float[] q = random(6 * 9 * headSize, random);
            float[] out = new float[q.length];
            ops.attention(layout, 1, spans, 9, q, out);
            for (int row = 0; row < 6; row++) {
                for (int head = 0; head < 9; head++) {
                    int positions = row < 5 ? 31 + row : 1;
                    double[] expected = attend(
                            layout, head / 3, row < 5 ? first : second, positions, q, (row * 9 + head) * headSize);
                    for (int d = 0; d < headSize; d++) {
                        assertThat((double) out[(row * 9 + head) * headSize + d])
                                .as("row %d head %d", row, head)
                                .isCloseTo(expected[d], within(1e-5));
                    }
                }
            }
        }
        ops.close();
    }

    private static double[] attend(KvLayout layout, int head, List<float[]> pages, int positions, float[] q, int at) {
        int size = layout.headSize();
        double[] weights = new double[positions];
        double total = 0;
        for (int t = 0; t < positions; t++) {
            double dot = 0;
            for (int d = 0; d < size; d++) {
                dot += q[at + d] * pages.get(t / 16)[layout.keyOffset(1, head) + d * 16 + t % 16];
            }
            weights[t] = Math.exp(dot / Math.sqrt(size));
            total += weights[t];
        }
        double[] result = new double[size];
        for (int t = 0; t < positions; t++) {
            for (int d = 0; d < size; d++) {
                result[d] += weights[t] / total * pages.get(t / 16)[layout.valueOffset(1, head) + t % 16 * size + d];
            }
        }
        return result;
    }

    private static List<float[]> pages(KvLayout layout, int count, Random random) {
        List<float[]> pages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pages.add(random(layout.pageFloats(), random));
        }
        return pages;
    }

    private static float[] random(int count, Random random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
