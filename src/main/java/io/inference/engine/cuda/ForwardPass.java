package io.inference.engine.cuda;

import io.inference.engine.cuda.driver.CudaContext;
import io.inference.engine.cuda.driver.CudaStream;
import io.inference.engine.cuda.driver.Grid;
import io.inference.engine.cuda.driver.Kernel;
import io.inference.engine.cuda.driver.KernelModules;
import io.inference.engine.model.ModelConfig;
import java.util.ArrayList;
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
    private final Kernel attentionStep;
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
        this.attentionStep = modules.kernel(MODULE, "attention_step" + size);
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
     * @param separate whether each row is of another sequence, so that none has to wait for another's key and value
     */
    void layers(StepLayout layout, int rows, int singleRows, int tiles, boolean separate) {
        Parameters parameters = parameters(layout);
        long x = buffers.hidden.address();
        matrices.embed(weights.embedding(), rows, parameters.rows(), x);
        for (int layer = 0; layer < config.layers(); layer++) {
            DeviceWeights.Layer w = weights.layers().get(layer);
            multiplyNormed(w.attentionNorm(), 0, queryKeyValue(w), rows);
            Activations attended = needed(buffers.attended, rows);
            if (separate) {
                attendSingly(w, layer, rows, parameters, attended, true);
            } else {
                ropeStore(w, layer, rows, parameters);
                attendSingly(w, layer, singleRows, parameters, attended, false);
                attendTiles(layer, tiles, parameters, attended);
            }
            matrices.multiply(added(w.attentionOutput(), attended), rows);
            feedForward(w, rows);
            matrices.multiply(added(w.down(), buffers.activated), rows);
        }
    }

    /**
     * The products of {@code norm(x)}.
     *
     * @param index address of the outputs that name the rows of {@code x}; 0 for the first {@code n} rows
     */
    private void multiplyNormed(long norm, long index, List<MatrixKernels.Product> products, int n) {
        boolean together = matrices.norms(n, config.width());
        if (!together) {
            norm(norm, n, index, StepLayout.OUTPUT_INTS, needed(buffers.normed, n));
        }
        for (MatrixKernels.Product product : products) {
            if (together) {
                matrices.normAndMultiply(product, buffers.hidden.address(), index, norm, config.epsilon());
            } else {
                matrices.multiply(product, n);
            }
        }
    }

    /** The forms that the products of {@code n} rows read. */
    private Activations needed(Activations all, int n) {
        if (matrices.path(n) != MatrixPath.VECTOR) {
            return halves(all);
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

    /**
     * Attention of the first {@code rows} rows, split along their sequences; many rows take several launches.
     *
     * @param raw whether queries, keys and values are as the product left them: the launch rotates and stores them
     */
    private void attendSingly(
            DeviceWeights.Layer w, int layer, int rows, Parameters parameters, Activations out, boolean raw) {
        int most = sizes.attentionRows();
        int blocks = sizes.attentionBlocks();
        for (int first = 0; first < rows; first += most) {
            int count = Math.min(most, rows - first);
            int splits = Math.clamp(
                    BLOCKS_FOR_EACH_MULTIPROCESSOR * multiprocessors / (count * blocks), 1, sizes.maxSplits());
            Grid grid = Grid.of(blocks, count, splits, 256);
            long input = buffers.queryKeyValue.at((long) first * sizes.queryKeyValueWidth() * Float.BYTES);
            long stepRows = parameters.rows() + (long) first * StepLayout.ROW_INTS * Integer.BYTES;
            Activations from = out.from(first, config.queryWidth());
            if (raw) {
                attentionStep(w, layer, grid, input, stepRows, parameters.data(), from);
            } else {
                attentionDecode(layer, grid, input, stepRows, parameters.data(), from);
            }
        }
    }

    private void attentionDecode(int layer, Grid grid, long input, long rows, long data, Activations out) {
        stream.launch(
                attentionDecode,
                grid,
                input,
                sizes.queryKeyValueWidth(),
                rows,
                data,
                buffers.pages,
                layer,
                config.layers(),
                config.heads(),
                config.kvHeads(),
                config.headSize(),
                buffers.partial,
                buffers.counters,
                sizes.maxSplits(),
                out.integers(),
                out.scales(),
                out.halves(),
                out.floats());
    }

    private void attentionStep(
            DeviceWeights.Layer w, int layer, Grid grid, long input, long rows, long data, Activations out) {
        stream.launch(
                attentionStep,
                grid,
                input,
                sizes.queryKeyValueWidth(),
                w.bias(),
                w.queryNorm(),
                w.keyNorm(),
                config.epsilon(),
                weights.cosines(),
                weights.sines(),
                config.rope().dimensions() / 2,
                config.rope().neighbouring() ? 1 : 0,
                rows,
                data,
                buffers.pages,
                layer,
                config.layers(),
                config.heads(),
                config.kvHeads(),
                config.headSize(),
                buffers.partial,
                buffers.counters,
                sizes.maxSplits(),
                out.integers(),
                out.scales(),
                out.halves(),
                out.floats());
    }

    private void attendTiles(int layer, int tiles, Parameters parameters, Activations out) {
        if (tiles == 0) {
            return;
        }
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

    /** Gate and up of {@code norm(x)}, and their product into {@link StepBuffers#activated}. */
    private void feedForward(DeviceWeights.Layer w, int rows) {
        Activations out = needed(buffers.activated, rows);
        multiplyNormed(w.feedForwardNorm(), 0, gateUp(w, out), rows);
        if (w.gateUp().size() == 1) {
            return;
        }
        int width = config.feedForward();
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
            multiplyNormed(weights.finalNorm(), outputs, List.of(logits()), n);
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

    /** The products of a step of many rows. */
    List<MatrixKernels.Product> products() {
        List<MatrixKernels.Product> all = new ArrayList<>();
        for (DeviceWeights.Layer w : weights.layers()) {
            all.addAll(queryKeyValue(w));
            all.add(added(w.attentionOutput(), buffers.attended));
            all.addAll(gateUp(w, halves(buffers.activated)));
            all.add(added(w.down(), buffers.activated));
        }
        all.add(logits());
        return all;
    }

    private List<MatrixKernels.Product> queryKeyValue(DeviceWeights.Layer w) {
        return stored(w.queryKeyValue(), buffers.queryKeyValue.address(), sizes.queryKeyValueWidth());
    }

    /** @param out the results of one matrix of both; those of two are stored */
    private List<MatrixKernels.Product> gateUp(DeviceWeights.Layer w, Activations out) {
        if (w.gateUp().size() > 1) {
            return stored(w.gateUp(), buffers.gate.address(), 2 * config.feedForward());
        }
        return List.of(new MatrixKernels.Product(
                w.gateUp().getFirst(), buffers.normed, 0, 0, MatrixKernels.SWIGLU, out, sizes.maxRows()));
    }

    /** Products of the normed hidden state, whose results are side by side. */
    private List<MatrixKernels.Product> stored(List<DeviceMatrix> parts, long out, int stride) {
        List<MatrixKernels.Product> all = new ArrayList<>();
        long at = out;
        for (DeviceMatrix part : parts) {
            all.add(new MatrixKernels.Product(
                    part, buffers.normed, at, stride, MatrixKernels.STORE, Activations.NONE, sizes.maxRows()));
            at += (long) part.rows() * Float.BYTES;
        }
        return all;
    }

    /** A product that is added to the hidden state. */
    private MatrixKernels.Product added(DeviceMatrix matrix, Activations in) {
        return new MatrixKernels.Product(
                matrix,
                in,
                buffers.hidden.address(),
                config.width(),
                MatrixKernels.ADD,
                Activations.NONE,
                sizes.maxRows());
    }

    private MatrixKernels.Product logits() {
        return new MatrixKernels.Product(
                weights.output(),
                buffers.normed,
                buffers.logits.address(),
                sizes.logitStride(),
                MatrixKernels.STORE,
                Activations.NONE,
                sizes.logitRows());
    }

    private static Activations halves(Activations all) {
        return new Activations(0, 0, all.halves(), 0);
    }

    /** Launches the final norm of every row, as floats into {@link StepBuffers#normed}. */
    void hiddenStates(int rows) {
        norm(weights.finalNorm(), rows, 0, 0, buffers.normed.onlyFloats());
    }
}
