package io.inference.engine;

import io.inference.engine.EngineOptions.BackendChoice;
import io.inference.engine.batch.Scheduler;
import io.inference.engine.cpu.ScalarOps;
import io.inference.engine.cpu.VectorOps;
import io.inference.engine.cuda.CudaBackend;
import io.inference.engine.error.EngineException;
import io.inference.engine.error.UnsupportedModelException;
import io.inference.engine.gguf.GgufException;
import io.inference.engine.gguf.GgufFile;
import io.inference.engine.model.LlamaModel;
import io.inference.engine.model.LoadedModel;
import io.inference.engine.model.ModelConfig;
import io.inference.engine.tensor.KvLayout;
import io.inference.engine.tensor.TensorOps;

/** Chooses where a model runs, loads it there, and gives the reason. */
final class Backends {
    private static final System.Logger LOG = System.getLogger(Backends.class.getName());
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    /** Tokens of prompts in a step: enough for efficient kernels, few enough that a cancellation takes effect soon. */
    private static final int PROMPT_TOKENS = 128;

    /** The same while answers are being streamed: the time for these tokens is a pause in every stream. */
    private static final int PROMPT_TOKENS_BETWEEN = 32;

    private Backends() {}

    /**
     * Loads a model.
     *
     * @param file must stay open as long as the result is used
     * @throws EngineException if the requested backend does not work on this machine
     */
    static LoadedModel open(GgufFile file, EngineOptions options) {
        return switch (options.backend()) {
            case CUDA -> cuda(file, options);
            case CPU, SCALAR -> cpu(file, options, "");
            case AUTO -> automatic(file, options);
        };
    }

    /** The GPU if it can run the model, else the CPU. */
    private static LoadedModel automatic(GgufFile file, EngineOptions options) {
        try {
            return loadOntoDevice(file, options);
        } catch (UnsupportedModelException | GgufException e) {
            throw e; // no backend can run it
        } catch (EngineException e) {
            return cpu(file, options, String.valueOf(e.getMessage()));
        }
    }

    private static LoadedModel cuda(GgufFile file, EngineOptions options) {
        try {
            return loadOntoDevice(file, options);
        } catch (UnsupportedModelException | GgufException e) {
            throw e;
        } catch (EngineException e) {
            throw new EngineException("the backend cuda does not work here: " + e.getMessage(), e);
        }
    }

    private static LoadedModel loadOntoDevice(GgufFile file, EngineOptions options) {
        ModelConfig config = ModelConfig.of(file.metadata());
        LoadedModel model = CudaBackend.open(
                file,
                config,
                new CudaBackend.Options(
                        options.cudaDevice(),
                        wantedContext(config, options),
                        options.maxBatch(),
                        Scheduler.mostRunning(options.maxBatch()),
                        options.deterministic(),
                        true));
        log(model.hardware().description(), "");
        return model;
    }

    private static int wantedContext(ModelConfig config, EngineOptions options) {
        int trained = config.contextLength();
        return options.contextLength() > 0 ? Math.min(options.contextLength(), trained) : trained;
    }

    /** @param reason why not the GPU, empty if it was not considered */
    static LoadedModel cpu(GgufFile file, EngineOptions options, String reason) {
        ModelConfig config = ModelConfig.of(file.metadata());
        KvLayout layout = config.kvLayout();
        int contextLength = affordableContext(layout, wantedContext(config, options));
        long pages = Math.min((long) KvLayout.pagesFor(contextLength) * options.maxBatch(), affordablePages(layout));
        TensorOps ops = tensorOps(options, reason);
        try {
            int maxStepTokens = PROMPT_TOKENS + Scheduler.mostRunning(options.maxBatch());
            LlamaModel model = new LlamaModel(file, ops, contextLength, maxStepTokens);
            String backend = ops instanceof VectorOps ? "cpu" : "scalar";
            return new LoadedModel(
                    model,
                    config,
                    model.vocabularySize(),
                    contextLength,
                    (int) pages,
                    PROMPT_TOKENS,
                    PROMPT_TOKENS_BETWEEN,
                    new LoadedModel.Hardware(backend, ops.description(), 0, 0),
                    ops::close);
        } catch (Throwable e) {
            ops.close();
            throw e;
        }
    }

    private static TensorOps tensorOps(EngineOptions options, String reason) {
        int threads =
                options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
        String obstacle = options.backend() == BackendChoice.SCALAR ? "" : vectorObstacle();
        boolean scalar = options.backend() == BackendChoice.SCALAR || !obstacle.isEmpty();
        TensorOps ops = scalar ? new ScalarOps(threads) : new VectorOps(threads);
        log(ops.description(), reason.isEmpty() || obstacle.isEmpty() ? reason + obstacle : reason + ", " + obstacle);
        return ops;
    }

    private static void log(String description, String reason) {
        LOG.log(
                System.Logger.Level.INFO,
                "local engine: {0}{1}",
                description,
                reason.isEmpty() ? "" : " because " + reason);
    }

    /** Why the Vector API cannot be used, or empty if it can; checked before any of its classes is loaded. */
    private static String vectorObstacle() {
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            return "the JVM runs without --add-modules " + VECTOR_MODULE;
        }
        return VectorOps.usable() ? "" : "this machine has no vectors of 4 to 16 floats";
    }

    /** The number of pages that fit into half of the heap. */
    private static long affordablePages(KvLayout layout) {
        return Runtime.getRuntime().maxMemory() / 2 / (layout.pageFloats() * (long) Float.BYTES);
    }

    private static int affordableContext(KvLayout layout, int wanted) {
        long affordable = affordablePages(layout) * KvLayout.PAGE_TOKENS;
        if (affordable == 0) {
            throw new EngineException("the heap is too small for this model: give the JVM more than %d MiB"
                    .formatted(Runtime.getRuntime().maxMemory() >> 20));
        }
        if (affordable < wanted) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the context is {0} tokens instead of {1}: the heap holds no more keys and values",
                    affordable,
                    wanted);
        }
        return (int) Math.min(affordable, wanted);
    }
}
