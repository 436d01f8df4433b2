package io.inference.engine.cuda;

import io.inference.engine.cuda.driver.CudaContext;
import io.inference.engine.cuda.driver.CudaEvent;
import io.inference.engine.cuda.driver.CudaStream;
import io.inference.engine.cuda.driver.DeviceArena;
import io.inference.engine.cuda.driver.DeviceBuffer;
import io.inference.engine.cuda.driver.Grid;
import io.inference.engine.cuda.driver.KernelModules;
import io.inference.engine.cuda.driver.PinnedBuffer;
import io.inference.engine.model.LlamaWeights;
import io.inference.engine.model.ModelConfig;
import io.inference.engine.model.Rope;
import io.inference.engine.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies a model's weights to the device: by two pinned buffers in turn, so that the host fills one while the device
 * reads the other. Quantised matrices arrive as in the file and are rearranged into planes by a kernel.
 */
final class WeightLoader implements AutoCloseable {
    /** Bytes of a pinned buffer; a row of the widest possible matrix fits. */
    private static final int CHUNK = 16 << 20;

    private final DeviceArena weights;
    private final DeviceArena temporary;
    private final KernelModules kernels;
    private final CudaStream stream;
    private final Progress progress;
    private final List<PinnedBuffer> pinned = new ArrayList<>();
    private final List<DeviceBuffer> raw = new ArrayList<>();
    private final List<CudaEvent> done = new ArrayList<>();
    private int turn;

    /**
     * @param weights owner of the weights' memory
     * @param total bytes of all matrices in the file
     */
    WeightLoader(CudaContext context, DeviceArena weights, KernelModules kernels, CudaStream stream, long total) {
        this.weights = weights;
        this.temporary = new DeviceArena(context);
        this.kernels = kernels;
        this.stream = stream;
        this.progress = new Progress(total);
        try {
            for (int i = 0; i < 2; i++) {
                pinned.add(new PinnedBuffer(context, CHUNK, "the upload of weights"));
                raw.add(temporary.allocate(CHUNK, "the upload of weights"));
                done.add(new CudaEvent(context));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Logs how much was copied, at each fifth. */
    private static final class Progress {
        private static final System.Logger LOG = System.getLogger(CudaBackend.class.getName());
        private static final int LINES = 5;

        private final long total;
        private final long startedNanos = System.nanoTime();
        private long copied;
        private int logged;

        Progress(long total) {
            this.total = total;
        }

        void add(long bytes) {
            copied += bytes;
            int reached = (int) (copied * LINES / Math.max(1, total));
            if (reached > logged) {
                logged = reached;
                LOG.log(
                        System.Logger.Level.INFO,
                        "weights on the GPU: {0}% of {1} after {2} s",
                        100 * reached / LINES,
                        MemoryPlan.gigabytes(total),
                        (System.nanoTime() - startedNanos) / 1_000_000_000);
            }
        }
    }

    /** Device memory that uploading needs meanwhile. */
    static long temporaryBytes() {
        return 2L * CHUNK;
    }

    /** Copies all weights. */
    DeviceWeights load(LlamaWeights<Weight> model, ModelConfig config, int contextLength) {
        DeviceMatrix embedding = matrix(model.embedding());
        boolean tied = model.output().data().equals(model.embedding().data());
        List<DeviceWeights.Layer> layers = new ArrayList<>();
        for (LlamaWeights.Layer<Weight> layer : model.layers()) {
            layers.add(layer(layer, config));
        }
        Rope rope = new Rope(config.rope(), contextLength, model.ropeDivisors());
        DeviceWeights result = new DeviceWeights(
                embedding,
                List.copyOf(layers),
                vector(model.finalNorm()),
                tied ? embedding : matrix(model.output()),
                vector(rope.cosines()),
                vector(rope.sines()));
        stream.synchronize();
        return result;
    }

    private DeviceWeights.Layer layer(LlamaWeights.Layer<Weight> layer, ModelConfig config) {
        return new DeviceWeights.Layer(
                vector(layer.attentionNorm()),
                matrices(List.of(layer.query(), layer.key(), layer.value())),
                bias(layer, config),
                vector(layer.queryNorm()),
                vector(layer.keyNorm()),
                matrix(layer.attentionOutput()),
                vector(layer.feedForwardNorm()),
                matrices(List.of(layer.gate(), layer.up())),
                matrix(layer.down()));
    }

    /** The biases of queries, keys and values in one vector, zero where the model has none. */
    private long bias(LlamaWeights.Layer<Weight> layer, ModelConfig config) {
        if (layer.queryBias().length + layer.keyBias().length + layer.valueBias().length == 0) {
            return 0;
        }
        float[] all = new float[config.queryWidth() + 2 * config.kvWidth()];
        System.arraycopy(layer.queryBias(), 0, all, 0, layer.queryBias().length);
        System.arraycopy(layer.keyBias(), 0, all, config.queryWidth(), layer.keyBias().length);
        System.arraycopy(layer.valueBias(), 0, all, config.queryWidth() + config.kvWidth(), layer.valueBias().length);
        return vector(all);
    }

    /** Matrices with the same input; neighbours of the same type become one. */
    private List<DeviceMatrix> matrices(List<Weight> parts) {
        List<DeviceMatrix> result = new ArrayList<>();
        for (int from = 0, to; from < parts.size(); from = to) {
            to = from + 1;
            while (to < parts.size() && parts.get(to).type() == parts.get(from).type()) {
                to++;
            }
            result.add(matrix(parts.subList(from, to)));
        }
        return List.copyOf(result);
    }

    private DeviceMatrix matrix(Weight weight) {
        return matrix(List.of(weight));
    }

    /** One matrix from the rows of several of the same type and width. */
    private DeviceMatrix matrix(List<Weight> parts) {
        Weight first = parts.getFirst();
        int rows = parts.stream().mapToInt(Weight::rows).sum();
        DeviceBuffer memory =
                weights.allocate(DeviceMatrix.bytes(first.type(), rows, first.columns()), "weights, " + first.name());
        DeviceMatrix matrix = new DeviceMatrix(first.type(), memory.address(), rows, first.columns());
        int row = 0;
        for (Weight part : parts) {
            copy(part, matrix, memory, row);
            row += part.rows();
        }
        return matrix;
    }

    private void copy(Weight part, DeviceMatrix matrix, DeviceBuffer memory, int firstRow) {
        int rowsAtOnce = Math.toIntExact(Math.max(1, CHUNK / part.rowBytes()));
        for (int row = 0; row < part.rows(); row += rowsAtOnce) {
            int count = Math.min(rowsAtOnce, part.rows() - row);
            MemorySegment bytes = part.data().asSlice(row * part.rowBytes(), count * part.rowBytes());
            if (matrix.quantized()) {
                DeviceBuffer staged = upload(bytes, null);
                int blocks = count * (matrix.columns() / 32);
                stream.launch(
                        kernels.kernel(
                                MatrixKernels.module(matrix.type()), MatrixKernels.name("repack", matrix.type())),
                        Grid.of(Math.ceilDiv(blocks, 256), 256),
                        staged,
                        matrix.address(),
                        matrix.rows(),
                        matrix.columns(),
                        firstRow + row,
                        count);
            } else {
                upload(bytes, memory.slice((firstRow + row) * part.rowBytes(), bytes.byteSize()));
            }
            finishTurn();
            progress.add(bytes.byteSize());
        }
    }

    /** A vector of floats; 0 for an empty one. */
    private long vector(float[] values) {
        if (values.length == 0) {
            return 0;
        }
        MemorySegment bytes = MemorySegment.ofArray(values);
        DeviceBuffer memory = weights.allocate(bytes.byteSize(), "a vector of weights");
        for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
            long count = Math.min(CHUNK, bytes.byteSize() - at);
            upload(bytes.asSlice(at, count), memory.slice(at, count));
            finishTurn();
        }
        return memory.address();
    }

    /** Copies bytes to the device, into {@code target}, or into this turn's buffer; returns where they are. */
    private DeviceBuffer upload(MemorySegment bytes, @Nullable DeviceBuffer target) {
        done.get(turn).await();
        MemorySegment.copy(bytes, 0, pinned.get(turn).segment(), 0, bytes.byteSize());
        DeviceBuffer place = target == null ? raw.get(turn).slice(0, bytes.byteSize()) : target;
        stream.upload(pinned.get(turn), place, bytes.byteSize());
        return place;
    }

    /** Marks the current pair of buffers as in use until the work so far is done, and takes the other one. */
    private void finishTurn() {
        stream.record(done.get(turn));
        turn = 1 - turn;
    }

    @Override
    public void close() {
        done.forEach(CudaEvent::close);
        pinned.forEach(PinnedBuffer::close);
        temporary.close();
    }
}
