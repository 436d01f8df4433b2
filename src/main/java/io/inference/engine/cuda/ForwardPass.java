package io.inference.engine.cuda;

import io.inference.engine.cuda.driver.CudaContext;
import io.inference.engine.cuda.driver.CudaStream;
import io.inference.engine.cuda.driver.Grid;
import io.inference.engine.cuda.driver.Kernel;
import io.inference.engine.cuda.driver.KernelModules;
import io.inference.engine.model.ModelConfig;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The launches of a step. They depend on nothing but the numbers of rows, tiles and outputs, because the kernels read
 * all else from the parameters; so the launches of a step can be recorded once and repeated.
 */
final class ForwardPass {
    private static final String MODULE = "step";
    private static final int BLOCKS_OF_A_ROW = 64; // scan_logits
    private static final int BLOCKS_FOR_EACH_MULTIPROCESSOR = 4;

    private final ModelConfig config;
    private final DeviceWeights weights;
    private final StepBuffers buffers;
    private final StepMemory sizes;
    private final MatrixKernels matrices;
    private final CudaStream stream;
    private final int multiprocessors;
    private final Forms forms;

    private final Kernel rmsNorm;
    private final Kernel swiglu;
    private final Kernel ropeStore;
    private final Kernel attentionDecode;
    private final Kernel attentionPrefill;
    private final Kernel scanLogits;
    private final Kernel sample;

    /**
     * The forms in which the model's matrices read their inputs if there are few rows.
     *
     * @param integers whether there is a matrix of a quantised type
     * @param floats whether there is a matrix of another type
     */
    record Forms(boolean integers, boolean floats) {}

    ForwardPass(
            CudaContext context,
            CudaStream stream,
            KernelModules modules,
            ModelConfig config,
            DeviceWeights weights,
            StepBuffers buffers,
            MatrixKernels matrices,
            Forms forms) {
        this.config = config;
        this.weights = weights;
        this.buffers = buffers;
        this.sizes = buffers.sizes;
        this.matrices = matrices;
        this.stream = stream;
        this.multiprocessors = context.device().multiprocessors();
        this.forms = forms;
        String size = "_d" + headSizeClass(config.headSize());
        this.rmsNorm = modules.kernel(MODULE, "rms_norm");
        this.swiglu = modules.kernel(MODULE, "swiglu");
        this.ropeStore = modules.kernel(MODULE, "rope_store");
        this.attentionDecode = modules.kernel(MODULE, "attention_decode" + size);
        this.attentionPrefill = modules.kernel(MODULE, "attention_prefill" + size);
        this.scanLogits = modules.kernel(MODULE, "scan_logits");
        this.sample = modules.kernel(MODULE, "sample");
    }

    /** The smallest size of heads with a kernel of its own that is not below {@code headSize}. */
    private static int headSizeClass(int headSize) {
        return Math.max(32, Integer.highestOneBit(headSize - 1) * 2);
    }

    /**
     * The parameters of a step in device memory.
     *
     * @param rows address of the rows
     * @param tiles address of the tiles
     * @param outputs address of the outputs
     * @param data address of the pages and penalties
     */
    private record Parameters(long rows, long tiles, long outputs, long data) {}

    private Parameters parameters(StepLayout layout) {
        long base = buffers.parameters().address();
        return new Parameters(
                base + layout.rowsAt(), base + layout.tilesAt(), base + layout.outputsAt(), base + layout.dataAt());
    }

    /**
     * Launches the layers.
     *
     * @param rows number of rows
     * @param singleRows number of rows, the first ones, that attend one by one
     * @param tiles number of tiles of the other rows
     */
    void layers(StepLayout layout, int rows, int singleRows, int tiles) {
        Parameters parameters = parameters(layout);
        long x = buffers.hidden.address();
        matrices.embed(weights.embedding(), rows, parameters.rows(), x);
        for (int layer = 0; layer < config.layers(); layer++) {
            DeviceWeights.Layer w = weights.layers().get(layer);
            norm(w.attentionNorm(), rows, 0, 0, needed(buffers.normed, rows));
            multiply(
                    w.queryKeyValue(),
                    rows,
                    buffers.normed,
                    buffers.queryKeyValue.address(),
                    sizes.queryKeyValueWidth());
            ropeStore(w, layer, rows, parameters);
            Activations attended = needed(buffers.attended, rows);
            attendSingly(layer, singleRows, parameters, attended);
            if (tiles > 0) {
                attendTiles(layer, tiles, parameters, attended);
            }
            matrices.multiply(
                    w.attentionOutput(), rows, attended, x, config.width(), MatrixKernels.ADD, Activations.NONE);
            norm(w.feedForwardNorm(), rows, 0, 0, needed(buffers.normed, rows));
            feedForward(w, rows);
            matrices.multiply(
                    w.down(), rows, buffers.activated, x, config.width(), MatrixKernels.ADD, Activations.NONE);
        }
    }

    /** The forms that the products of {@code n} rows read. */
    private Activations needed(Activations all, int n) {
        if (matrices.path(n) != MatrixPath.VECTOR) {
            return new Activations(0, 0, all.halves(), 0);
        }
        return new Activations(
                forms.integers() ? all.integers() : 0,
                forms.integers() ? all.scales() : 0,
                0,
                forms.floats() ? all.floats() : 0);
    }

    /** Norms rows of the hidden state: those at {@code index}, or all from the first if that is 0. */
    private void norm(long weight, int n, long index, int indexStride, Activations out) {
        stream.launch(
                rmsNorm,
                Grid.of(n, 512),
                buffers.hidden,
                config.width(),
                index,
                indexStride,
                weight,
                config.width(),
                config.epsilon(),
                out.integers(),
                out.scales(),
                out.halves(),
                out.floats());
    }

    /** Products of several matrices with the same input; their results are side by side. */
    private void multiply(List<DeviceMatrix> parts, int n, Activations in, long out, int stride) {
        long at = out;
        for (DeviceMatrix part : parts) {
            matrices.multiply(part, n, in, at, stride, MatrixKernels.STORE, Activations.NONE);
            at += (long) part.rows() * Float.BYTES;
        }
    }

    private void ropeStore(DeviceWeights.Layer w, int layer, int rows, Parameters parameters) {
        stream.launch(
                ropeStore,
                Grid.of(Math.ceilDiv(config.heads() + 2 * config.kvHeads(), 4), rows, 128),
                buffers.queryKeyValue,
                sizes.queryKeyValueWidth(),
                w.bias(),
                w.queryNorm(),
                w.keyNorm(),
                config.epsilon(),
                weights.cosines(),
                weights.sines(),
                config.rope().dimensions() / 2,
                config.rope().neighbouring() ? 1 : 0,
                parameters.rows(),
                parameters.data(),
                buffers.pages,
                layer,
                config.layers(),
                config.heads(),
                config.kvHeads(),
                config.headSize());
    }

    /** Attention of the first {@code rows} rows, split along their sequences; many rows take several launches. */
    private void attendSingly(int layer, int rows, Parameters parameters, Activations out) {
        int most = sizes.attentionRows();
        int blocks = sizes.attentionBlocks();
        for (int first = 0; first < rows; first += most) {
            int count = Math.min(most, rows - first);
            Activations from = out.from(first, config.queryWidth());
            int splits = Math.clamp(
                    BLOCKS_FOR_EACH_MULTIPROCESSOR * multiprocessors / (count * blocks), 1, sizes.maxSplits());
            stream.launch(
                    attentionDecode,
                    Grid.of(blocks, count, splits, 256),
                    buffers.queryKeyValue.at((long) first * sizes.queryKeyValueWidth() * Float.BYTES),
                    sizes.queryKeyValueWidth(),
                    parameters.rows() + (long) first * StepLayout.ROW_INTS * Integer.BYTES,
                    parameters.data(),
                    buffers.pages,
                    layer,
                    config.layers(),
                    config.heads(),
                    config.kvHeads(),
                    config.headSize(),
                    buffers.partial,
                    buffers.counters,
                    sizes.maxSplits(),
                    from.integers(),
                    from.scales(),
                    from.halves(),
                    from.floats());
        }
    }

    private void attendTiles(int layer, int tiles, Parameters parameters, Activations out) {
        stream.launch(
                attentionPrefill,
                Grid.of(config.heads(), tiles, 128),
                buffers.queryKeyValue,
                sizes.queryKeyValueWidth(),
                parameters.tiles(),
                parameters.data(),
                buffers.pages,
                layer,
                config.layers(),
                config.heads(),
                config.kvHeads(),
                config.headSize(),
                out.integers(),
                out.scales(),
                out.halves(),
                out.floats());
    }

    /** Gate and up, and their product into {@link StepBuffers#activated}. */
    private void feedForward(DeviceWeights.Layer w, int rows) {
        Activations out = needed(buffers.activated, rows);
        if (w.gateUp().size() == 1) {
            matrices.multiply(w.gateUp().getFirst(), rows, buffers.normed, 0, 0, MatrixKernels.SWIGLU, out);
            return;
        }
        int width = config.feedForward();
        multiply(w.gateUp(), rows, buffers.normed, buffers.gate.address(), 2 * width);
        stream.launch(
                swiglu,
                Grid.of(Math.ceilDiv(width, 1024), rows, 256),
                buffers.gate,
                2 * width,
                buffers.gate.at((long) width * Float.BYTES),
                2 * width,
                width,
                out.integers(),
                out.scales(),
                out.halves(),
                out.floats());
    }

    /**
     * Launches the output matrix and the sampling, for as many outputs at once as there is memory for logits.
     *
     * @param afterLogits called with the number of the first output of each such part, after its launches
     */
    void outputs(StepLayout layout, int count, IntConsumer afterLogits) {
        Parameters parameters = parameters(layout);
        for (int first = 0; first < count; first += sizes.logitRows()) {
            int n = Math.min(sizes.logitRows(), count - first);
            long outputs = parameters.outputs() + (long) first * StepLayout.OUTPUT_INTS * Integer.BYTES;
            Activations in = needed(buffers.normed, n);
            norm(weights.finalNorm(), n, outputs, StepLayout.OUTPUT_INTS, in);
            matrices.multiply(
                    weights.output(),
                    n,
                    in,
                    buffers.logits.address(),
                    sizes.logitStride(),
                    MatrixKernels.STORE,
                    Activations.NONE);
            stream.launch(
                    scanLogits,
                    Grid.of(BLOCKS_OF_A_ROW, n, 256),
                    buffers.logits,
                    sizes.logitStride(),
                    sizes.vocabulary(),
                    outputs,
                    buffers.statistics);
            stream.launch(
                    sample,
                    Grid.of(n, 1024),
                    buffers.logits,
                    sizes.logitStride(),
                    sizes.vocabulary(),
                    outputs,
                    parameters.data(),
                    buffers.statistics,
                    buffers.results.at((long) first * StepLayout.RESULT_INTS * Integer.BYTES));
            afterLogits.accept(first);
        }
    }

    /** Launches the final norm of every row, as floats into {@link StepBuffers#normed}. */
    void hiddenStates(int rows) {
        norm(weights.finalNorm(), rows, 0, 0, buffers.normed.onlyFloats());
    }
}
