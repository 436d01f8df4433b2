package io.inference.engine;

/**
 * Options for running a model.
 *
 * @param backend where the model runs
 * @param threads number of computing threads of the CPU; 0 for one on each core
 * @param contextLength maximum number of tokens of a sequence; 0 for the length that the model was trained for
 * @param maxBatch sequences that run at once
 * @param maxQueue sequences that may wait for their turn
 * @param cudaDevice number of the GPU, from 0, among those that {@code CUDA_VISIBLE_DEVICES} leaves visible
 * @param deterministic whether a GPU computes each sequence in the same order whatever runs beside it, which is slower
 *     for batches and prompts; the CPU always does
 */
public record EngineOptions(
        BackendChoice backend,
        int threads,
        int contextLength,
        int maxBatch,
        int maxQueue,
        int cudaDevice,
        boolean deterministic) {
    /** Where a model runs. */
    public enum BackendChoice {
        /** A GPU if there is a driver, a device and room for the model; else the fastest that works on the CPU. */
        AUTO,
        /** An NVIDIA GPU. */
        CUDA,
        /** The Vector API, or plain loops on a machine without vectors. */
        CPU,
        /** Plain loops: the reference, several times slower. */
        SCALAR
    }

    /** @throws IllegalArgumentException if a number is out of its range */
    public EngineOptions {
        if (threads < 0 || contextLength < 0 || maxBatch < 1 || maxBatch > 256 || maxQueue < 0 || cudaDevice < 0) {
            throw new IllegalArgumentException(
                    ("threads %d, contextLength %d, maxBatch %d (1 to 256), maxQueue %d or cudaDevice %d is out of"
                                    + " range")
                            .formatted(threads, contextLength, maxBatch, maxQueue, cudaDevice));
        }
    }

    /** Options with the first GPU, not deterministic. */
    public EngineOptions(BackendChoice backend, int threads, int contextLength, int maxBatch, int maxQueue) {
        this(backend, threads, contextLength, maxBatch, maxQueue, 0, false);
    }

    /** The fastest backend, a thread on each core, the model's context, 8 sequences at once, 512 waiting. */
    public static EngineOptions defaults() {
        return new EngineOptions(BackendChoice.AUTO, 0, 0, 8, 512);
    }

    public EngineOptions withBackend(BackendChoice choice) {
        return new EngineOptions(choice, threads, contextLength, maxBatch, maxQueue, cudaDevice, deterministic);
    }

    public EngineOptions withThreads(int count) {
        return new EngineOptions(backend, count, contextLength, maxBatch, maxQueue, cudaDevice, deterministic);
    }

    public EngineOptions withCudaDevice(int device) {
        return new EngineOptions(backend, threads, contextLength, maxBatch, maxQueue, device, deterministic);
    }

    public EngineOptions withDeterministic(boolean choice) {
        return new EngineOptions(backend, threads, contextLength, maxBatch, maxQueue, cudaDevice, choice);
    }
}
