package io.inference.engine.cuda;

import io.inference.engine.cuda.driver.CudaContext;
import io.inference.engine.cuda.driver.CudaDevice;
import io.inference.engine.cuda.driver.CudaDriver;
import io.inference.engine.cuda.driver.CudaStream;
import io.inference.engine.cuda.driver.DeviceArena;
import io.inference.engine.cuda.driver.KernelModules;
import io.inference.engine.error.DeviceUnavailableException;
import io.inference.engine.gguf.GgufFile;
import io.inference.engine.gguf.TensorType;
import io.inference.engine.model.LlamaWeights;
import io.inference.engine.model.LoadedModel;
import io.inference.engine.model.ModelConfig;
import io.inference.engine.tensor.Weight;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Loads a model onto a GPU. */
public final class CudaBackend {
    /** Tokens of prompts in a step: enough for the tensor cores, few enough that a cancellation takes effect soon. */
    private static final int PROMPT_TOKENS = 1024;

    /** The same while answers are being streamed. */
    private static final int PROMPT_TOKENS_BETWEEN = 256;

    private static final int LARGEST_HEAD = 256;
    private static final long LARGE_ALLOCATION = 1 << 20;

    private static final System.Logger LOG = System.getLogger(CudaBackend.class.getName());

    private CudaBackend() {}

    /**
     * Options for running a model on a GPU.
     *
     * @param device number of the device among the visible ones
     * @param contextLength requested maximum number of positions of a sequence
     * @param sequences sequences of the whole context that the key-value cache should hold, if there is room
     * @param maxOutputs maximum number of sequences in one step
     * @param deterministic whether a sequence's results may not depend on what runs beside it
     * @param measured whether kernels are chosen by their time on the device, where there is a choice
     */
    public record Options(
            int device, int contextLength, int sequences, int maxOutputs, boolean deterministic, boolean measured) {}

    /**
     * Loads a model.
     *
     * @throws DeviceUnavailableException if there is no driver, no device, or the device cannot run this model
     * @throws io.inference.engine.error.UnsupportedModelException if the file does not fit its own description
     */
    public static LoadedModel open(GgufFile file, ModelConfig config, Options options) {
        requireKernels(config);
        LlamaWeights<Weight> weights = LlamaWeights.of(file, config, weight -> weight);
        CudaDevice device = CudaDriver.device(options.device());
        Deque<AutoCloseable> owned = new ArrayDeque<>(); // closed in reverse order
        try {
            CudaContext context = own(owned, new CudaContext(device));
            return load(context, owned, weights, config, options);
        } catch (Throwable e) {
            close(owned);
            throw e;
        }
    }

    /** The limits of the kernels, which every model in use keeps. */
    private static void requireKernels(ModelConfig config) {
        boolean fits = config.width() % 32 == 0
                && config.queryWidth() % 32 == 0
                && config.feedForward() % 32 == 0
                && config.headSize() % 32 == 0
                && config.headSize() <= LARGEST_HEAD;
        if (!fits) {
            throw new DeviceUnavailableException(
                    ("the GPU's kernels need widths and heads that are multiples of 32, heads of at most %d;"
                                    + " the model has width %d, feed-forward %d, heads of %d")
                            .formatted(LARGEST_HEAD, config.width(), config.feedForward(), config.headSize()),
                    null);
        }
    }

    private static LoadedModel load(
            CudaContext context,
            Deque<AutoCloseable> owned,
            LlamaWeights<Weight> weights,
            ModelConfig config,
            Options options) {
        CudaDevice device = context.device();
        int vocabulary = weights.embedding().rows();
        StepMemory steps = new StepMemory(
                config,
                vocabulary,
                PROMPT_TOKENS + options.maxOutputs(),
                options.maxOutputs(),
                options.contextLength(),
                weights.layers().stream()
                        .anyMatch(it -> it.gate().type() != it.up().type()),
                device.multiprocessors());
        MemoryPlan plan = MemoryPlan.of(bytes(weights), steps, options.sequences(), context.freeBytes());
        LOG.log(
                plan.cut() ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                device.name() + ": " + plan.summary());

        KernelModules modules = own(owned, new KernelModules(context));
        CudaStream stream = own(owned, new CudaStream(context));
        DeviceArena arena = own(owned, new DeviceArena(context));
        DeviceWeights onDevice = upload(context, arena, modules, stream, weights, config, plan.contextLength());
        StepBuffers buffers = own(
                owned, new StepBuffers(context, stream, steps.withContextLength(plan.contextLength()), plan.pages()));
        Set<TensorType> types = types(weights);
        MatrixKernels matrices = new MatrixKernels(
                modules, stream, device, options.deterministic(), types, buffers.tilePartial, buffers.tileCounters);
        ForwardPass.Forms forms = new ForwardPass.Forms(
                types.stream().anyMatch(DeviceMatrix::quantized),
                types.stream().anyMatch(type -> !DeviceMatrix.quantized(type)));
        ForwardPass pass = new ForwardPass(context, stream, modules, config, onDevice, buffers, matrices, forms);
        if (options.measured() && device.hasTensorCores() && !options.deterministic()) {
            new KernelChoice(context, stream, matrices, System::nanoTime).run(pass.products());
        }
        CudaModel model = new CudaModel(context, stream, config, buffers, pass, plan.pages(), options.deterministic());
        owned.push(model::close);
        LoadedModel.Hardware hardware = new LoadedModel.Hardware(
                "cuda",
                "cuda, %s, compute capability %d.%d, driver for CUDA %s%s"
                        .formatted(
                                device.name(),
                                device.computeMajor(),
                                device.computeMinor(),
                                device.driverVersion(),
                                options.deterministic() ? ", deterministic" : ""),
                arena.bytes() + buffers.bytes(),
                device.totalBytes());
        return new LoadedModel(
                model,
                config,
                vocabulary,
                plan.contextLength(),
                plan.pages(),
                PROMPT_TOKENS,
                PROMPT_TOKENS_BETWEEN,
                hardware,
                () -> close(owned));
    }

    private static DeviceWeights upload(
            CudaContext context,
            DeviceArena arena,
            KernelModules modules,
            CudaStream stream,
            LlamaWeights<Weight> weights,
            ModelConfig config,
            int contextLength) {
        try (WeightLoader loader = new WeightLoader(context, arena, modules, stream, fileBytes(weights))) {
            return loader.load(weights, config, contextLength);
        }
    }

    private static Stream<Weight> matrices(LlamaWeights<Weight> weights) {
        Stream<Weight> ends = weights.output().data().equals(weights.embedding().data())
                ? Stream.of(weights.embedding())
                : Stream.of(weights.embedding(), weights.output());
        return Stream.concat(ends, weights.layers().stream().flatMap(CudaBackend::matrices));
    }

    private static Stream<Weight> matrices(LlamaWeights.Layer<Weight> layer) {
        return Stream.of(
                layer.query(),
                layer.key(),
                layer.value(),
                layer.attentionOutput(),
                layer.gate(),
                layer.up(),
                layer.down());
    }

    private static Set<TensorType> types(LlamaWeights<Weight> weights) {
        Set<TensorType> types = EnumSet.noneOf(TensorType.class);
        matrices(weights).forEach(it -> types.add(it.type()));
        return types;
    }

    private static long fileBytes(LlamaWeights<Weight> weights) {
        return matrices(weights).mapToLong(it -> it.rows() * it.rowBytes()).sum();
    }

    /** Device memory of the weights, in whole units of the driver's allocation; norms and biases are negligible. */
    private static long bytes(LlamaWeights<Weight> weights) {
        return matrices(weights)
                .mapToLong(it -> allocated(DeviceMatrix.bytes(it.type(), it.rows(), it.columns())))
                .sum();
    }

    private static long allocated(long bytes) {
        long unit = bytes < LARGE_ALLOCATION ? 512 : 2 * LARGE_ALLOCATION;
        return (bytes + unit - 1) / unit * unit;
    }

    private static <T extends AutoCloseable> T own(Deque<AutoCloseable> owned, T resource) {
        owned.push(resource);
        return resource;
    }

    /** Closes everything, the last first, even if some of it fails. */
    private static void close(Collection<AutoCloseable> owned) {
        for (AutoCloseable resource : List.copyOf(owned)) {
            try {
                resource.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "a part of the GPU's memory was not freed", e);
            }
        }
        owned.clear();
    }
}
