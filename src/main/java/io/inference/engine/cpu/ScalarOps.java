package io.inference.engine.cpu;

import io.inference.engine.cpu.kernel.Exp;
import io.inference.engine.cpu.kernel.WorkerPool;
import io.inference.engine.cpu.quantized.QuantizedBlock;
import io.inference.engine.cpu.quantized.Rounding;
import io.inference.engine.tensor.AttentionSpan;
import io.inference.engine.tensor.Dequantizer;
import io.inference.engine.tensor.KvLayout;
import io.inference.engine.tensor.Matrix;
import io.inference.engine.tensor.TensorOps;
import io.inference.engine.tensor.Weight;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The reference: every operation as its definition reads, in plain loops. Other backends are tested against it; it also
 * runs if the Vector API is not available.
 */
public final class ScalarOps implements TensorOps {
    private final WorkerPool workers;

    /** @param threads number of threads that share a matrix multiplication, including the caller's */
    public ScalarOps(int threads) {
        this.workers = new WorkerPool(threads);
    }

    @Override
    public String description() {
        return "scalar, %d thread%s".formatted(workers.threads(), workers.threads() == 1 ? "" : "s");
    }

    @Override
    public Matrix prepare(Weight w) {
        return w;
    }

    @Override
    public void matmul(Matrix matrix, float[] x, int n, float[] out) {
        Weight w = (Weight) matrix;
        if (QuantizedBlock.is(w.type())) {
            List<Rounding> blocks = IntStream.range(0, n * w.columns() / Rounding.BLOCK)
                    .mapToObj(b -> Rounding.of(x, b * Rounding.BLOCK))
                    .toList();
            workers.run(w.rows(), (row, worker) -> integers(w, row, blocks, n, out));
        } else {
            workers.run(w.rows(), (row, worker) -> floats(w, row, x, n, out));
        }
    }

    /** One row of quantised weights, block after block. */
    private static void integers(Weight w, int row, List<Rounding> x, int n, float[] out) {
        int blocks = w.columns() / Rounding.BLOCK;
        float[] sums = new float[n];
        for (int b = 0; b < blocks; b++) {
            QuantizedBlock weights = QuantizedBlock.of(w, row, b);
            for (int i = 0; i < n; i++) {
                sums[i] = weights.addProduct(x.get(i * blocks + b), sums[i]);
            }
        }
        for (int i = 0; i < n; i++) {
            out[i * w.rows() + row] = sums[i];
        }
    }

    private static void floats(Weight w, int row, float[] x, int n, float[] out) {
        float[] weights = new float[w.columns()];
        Dequantizer.row(w, row, weights, 0);
        for (int i = 0; i < n; i++) {
            float sum = 0;
            for (int c = 0; c < w.columns(); c++) {
                sum += weights[c] * x[i * w.columns() + c];
            }
            out[i * w.rows() + row] = sum;
        }
    }

    @Override
    public void rows(Weight w, int[] ids, int n, float[] out) {
        for (int i = 0; i < n; i++) {
            Dequantizer.row(w, ids[i], out, i * w.columns());
        }
    }

    @Override
    public void rmsNorm(float[] x, int n, float[] weight, float epsilon, float[] out) {
        int width = weight.length;
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int c = 0; c < width; c++) {
                sum += (double) x[i * width + c] * x[i * width + c];
            }
            float scale = (float) (1 / Math.sqrt(sum / width + epsilon));
            for (int c = 0; c < width; c++) {
                out[i * width + c] = x[i * width + c] * scale * weight[c];
            }
        }
    }

    @Override
    public void add(float[] x, float[] y, int count) {
        for (int i = 0; i < count; i++) {
            x[i] += y[i];
        }
    }

    @Override
    public void swiglu(float[] gate, float[] up, int count) {
        for (int i = 0; i < count; i++) {
            gate[i] = gate[i] / (1 + Exp.of(-gate[i])) * up[i];
        }
    }

    @Override
    public void attention(
            KvLayout layout, int layer, Iterable<AttentionSpan> spans, int queryHeads, float[] q, float[] out) {
        for (AttentionSpan span : spans) {
            for (int row = 0; row < span.rows(); row++) {
                for (int head = 0; head < queryHeads; head++) {
                    int at = ((span.firstRow() + row) * queryHeads + head) * layout.headSize();
                    int kvHead = head / (queryHeads / layout.heads());
                    attend(layout, layer, kvHead, span, span.position() + row + 1, q, out, at);
                }
            }
        }
    }

    /** One head of one token: {@code q[at..at+headSize) -> out[at..at+headSize)} over {@code positions} positions. */
    private static void attend(
            KvLayout layout, int layer, int head, AttentionSpan span, int positions, float[] q, float[] out, int at) {
        int size = layout.headSize();
        float scale = (float) (1 / Math.sqrt(size));
        float[] p = new float[positions];
        float max = Float.NEGATIVE_INFINITY;
        for (int t = 0; t < positions; t++) {
            float[] page = span.pages().get(t / KvLayout.PAGE_TOKENS);
            int keys = layout.keyOffset(layer, head) + t % KvLayout.PAGE_TOKENS;
            float sum = 0;
            for (int d = 0; d < size; d++) {
                sum = Math.fma(page[keys + d * KvLayout.PAGE_TOKENS], q[at + d] * scale, sum);
            }
            p[t] = sum;
            max = Math.max(max, p[t]);
        }
        float[] slots = new float[KvLayout.PAGE_TOKENS];
        for (int t = 0; t < positions; t++) {
            p[t] = Exp.of(p[t] - max);
            slots[t % slots.length] += p[t];
        }
        float total = 0;
        for (float sum : slots) {
            total += sum;
        }
        float share = 1 / total;
        for (int d = 0; d < size; d++) {
            float sum = 0;
            for (int t = 0; t < positions; t++) {
                float[] page = span.pages().get(t / KvLayout.PAGE_TOKENS);
                float value = page[layout.valueOffset(layer, head) + t % KvLayout.PAGE_TOKENS * size + d];
                sum = Math.fma(value, p[t] * share, sum);
            }
            out[at + d] = sum;
        }
    }

    @Override
    public void close() {
        workers.close();
    }
}
