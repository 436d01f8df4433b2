package io.inference.engine.cpu;

import io.inference.engine.cpu.kernel.AttentionKernel;
import io.inference.engine.cpu.kernel.Lanes;
import io.inference.engine.cpu.kernel.PanelKernel;
import io.inference.engine.cpu.kernel.RowKernels;
import io.inference.engine.cpu.kernel.RowReader;
import io.inference.engine.cpu.kernel.WorkerPool;
import io.inference.engine.cpu.quantized.QuantizedBlock;
import io.inference.engine.cpu.quantized.QuantizedMatrix;
import io.inference.engine.cpu.quantized.RoundedInput;
import io.inference.engine.cpu.quantized.Rounding;
import io.inference.engine.tensor.AttentionSpan;
import io.inference.engine.tensor.KvLayout;
import io.inference.engine.tensor.Matrix;
import io.inference.engine.tensor.TensorOps;
import io.inference.engine.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operations on the Vector API, shared among threads by rows of the weights, heads and elements. */
public final class VectorOps implements TensorOps {
    /** Rows of weights converted to floats at a time: with 4 tokens' rows they stay in the second-level cache. */
    private static final int PANEL_ROWS = 16;

    private static final int ROWS_A_TASK = 64;
    private static final int ELEMENTS_A_TASK = 4096;
    private static final int BLOCKS_A_TASK = ELEMENTS_A_TASK / Rounding.BLOCK;

    private final WorkerPool workers;
    private final float[][] panels; // (rows,columns) for each worker
    private final @Nullable AttentionKernel[] attention; // for each worker
    private final Arena memory = Arena.ofShared(); // of prepared weights
    private final RoundedInput input = new RoundedInput();

    /** @param threads number of threads that share each operation, including the caller's */
    public VectorOps(int threads) {
        this.workers = new WorkerPool(threads);
        this.panels = new float[workers.threads()][0];
        this.attention = new AttentionKernel[workers.threads()];
    }

    /** Whether this machine has vectors that the kernels can use. */
    public static boolean usable() {
        return Lanes.USABLE;
    }

    @Override
    public String description() {
        return "cpu, %d-bit vectors, %d thread%s"
                .formatted(Lanes.LANES * Float.SIZE, workers.threads(), workers.threads() == 1 ? "" : "s");
    }

    @Override
    public Matrix prepare(Weight w) {
        return QuantizedBlock.is(w.type()) ? QuantizedMatrix.of(w, memory, workers) : w;
    }

    @Override
    public void matmul(Matrix matrix, float[] x, int n, float[] out) {
        switch (matrix) {
            case QuantizedMatrix w -> {
                round(x, n * w.columns() / Rounding.BLOCK, w.nibbles());
                w.multiply(input, n, out, workers);
            }
            case Weight w ->
                workers.run(Math.ceilDiv(w.rows(), ROWS_A_TASK), (task, worker) -> panels(w, task, worker, x, n, out));
            default -> throw new IllegalArgumentException(matrix + " is none of this backend's");
        }
    }

    private void round(float[] x, int blocks, boolean nibbles) {
        input.resize(blocks);
        workers.run(
                Math.ceilDiv(blocks, BLOCKS_A_TASK),
                (task, worker) ->
                        input.round(x, task * BLOCKS_A_TASK, Math.min(blocks, (task + 1) * BLOCKS_A_TASK), nibbles));
    }

    private void panels(Weight w, int task, int worker, float[] x, int n, float[] out) {
        int columns = w.columns();
        if (panels[worker].length < PANEL_ROWS * columns) {
            panels[worker] = new float[PANEL_ROWS * columns];
        }
        float[] panel = panels[worker];
        int end = Math.min(w.rows(), (task + 1) * ROWS_A_TASK);
        for (int row = task * ROWS_A_TASK; row < end; row += PANEL_ROWS) {
            int rows = Math.min(PANEL_ROWS, end - row);
            for (int r = 0; r < rows; r++) {
                RowReader.row(w, row + r, panel, r * columns);
            }
            PanelKernel.multiply(panel, rows, columns, x, n, out, w.rows(), row);
        }
    }

    @Override
    public void rows(Weight w, int[] ids, int n, float[] out) {
        for (int i = 0; i < n; i++) {
            RowReader.row(w, ids[i], out, i * w.columns());
        }
    }

    @Override
    public void rmsNorm(float[] x, int n, float[] weight, float epsilon, float[] out) {
        workers.run(n, (row, worker) -> RowKernels.rmsNorm(x, row * weight.length, weight, epsilon, out));
    }

    @Override
    public void add(float[] x, float[] y, int count) {
        RowKernels.add(x, y, count);
    }

    @Override
    public void swiglu(float[] gate, float[] up, int count) {
        int tasks = Math.ceilDiv(count, ELEMENTS_A_TASK);
        workers.run(
                tasks,
                (task, worker) -> RowKernels.swiglu(
                        gate, up, task * ELEMENTS_A_TASK, Math.min(count, (task + 1) * ELEMENTS_A_TASK)));
    }

    @Override
    public void attention(
            KvLayout layout, int layer, Iterable<AttentionSpan> spans, int queryHeads, float[] q, float[] out) {
        List<AttentionTile> tiles = new ArrayList<>();
        int group = queryHeads / layout.heads();
        for (AttentionSpan span : spans) {
            for (int head = 0; head < layout.heads(); head++) {
                for (int first = 0; first < span.rows() * group; first += AttentionKernel.TILE) {
                    tiles.add(new AttentionTile(span, head, first));
                }
            }
        }
        workers.run(tiles.size(), (task, worker) -> attend(layout, layer, tiles.get(task), worker, queryHeads, q, out));
    }

    /** Up to four of the queries of a span that share key-value head {@code head}; {@code first} of rows x group. */
    private record AttentionTile(AttentionSpan span, int head, int first) {}

    private void attend(
            KvLayout layout, int layer, AttentionTile tile, int worker, int queryHeads, float[] q, float[] out) {
        AttentionKernel kernel = attention[worker];
        if (kernel == null || !kernel.layout().equals(layout)) {
            kernel = new AttentionKernel(layout);
            attention[worker] = kernel;
        }
        AttentionSpan span = tile.span();
        int group = queryHeads / layout.heads();
        int count = Math.min(AttentionKernel.TILE, span.rows() * group - tile.first());
        int[] at = new int[AttentionKernel.TILE];
        for (int i = 0; i < count; i++) {
            int row = (tile.first() + i) / group;
            int head = tile.head() * group + (tile.first() + i) % group;
            at[i] = ((span.firstRow() + row) * queryHeads + head) * layout.headSize();
            kernel.query(i, q, at[i], span.position() + row + 1);
        }
        kernel.limit(count);
        kernel.attend(span.pages(), layer, tile.head(), out, at);
    }

    @Override
    public void close() {
        workers.close();
        memory.close();
    }
}
