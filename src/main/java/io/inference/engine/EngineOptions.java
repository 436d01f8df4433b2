package io.inference.engine;

/**
 * Options for running a model.
 *
 * @param backend implementation of the tensor operations
 * @param threads number of computing threads; 0 for one on each core
 * @param contextLength maximum number of tokens of a sequence; 0 for the length that the model was trained for
 * @param maxBatch sequences that run at once
 * @param maxQueue sequences that may wait for their turn
 */
public record EngineOptions(BackendChoice backend, int threads, int contextLength, int maxBatch, int maxQueue) {
    /** The implementation of the tensor operations. */
    public enum BackendChoice {
        /** The fastest that works on this machine. */
        AUTO,
        /** The Vector API. */
        CPU,
        /** Plain loops: the reference, several times slower. */
        SCALAR
    }

    /** @throws IllegalArgumentException if a number is out of its range */
    public EngineOptions {
        if (threads < 0 || contextLength < 0 || maxBatch < 1 || maxBatch > 256 || maxQueue < 0) {
            throw new IllegalArgumentException(
                    "threads %d, contextLength %d, maxBatch %d (1 to 256) or maxQueue %d is out of range"
                            .formatted(threads, contextLength, maxBatch, maxQueue));
        }
    }

    /** The fastest backend, a thread on each core, the model's context, 8 sequences at once, 512 waiting. */
    public static EngineOptions defaults() {
        return new EngineOptions(BackendChoice.AUTO, 0, 0, 8, 512);
    }

    public EngineOptions withBackend(BackendChoice choice) {
        return new EngineOptions(choice, threads, contextLength, maxBatch, maxQueue);
    }

    public EngineOptions withThreads(int count) {
        return new EngineOptions(backend, count, contextLength, maxBatch, maxQueue);
    }
}
