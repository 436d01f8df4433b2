package io.inference.engine.model;

/**
 * A model that is ready to run on some hardware.
 *
 * @param model processes steps
 * @param config shape of the model
 * @param vocabularySize number of tokens of the vocabulary
 * @param contextLength maximum number of positions of a sequence
 * @param maxPages pages of the key-value cache that there is memory for
 * @param promptTokens tokens of prompts in a step without sequences that are generating
 * @param promptTokensBetween the same in a step with such sequences
 * @param hardware where the model runs
 * @param closing frees all memory of the model
 */
public record LoadedModel(
        StepModel model,
        ModelConfig config,
        int vocabularySize,
        int contextLength,
        int maxPages,
        int promptTokens,
        int promptTokensBetween,
        Hardware hardware,
        Runnable closing)
        implements AutoCloseable {
    /**
     * Where a model runs.
     *
     * @param backend {@code cuda}, {@code cpu} or {@code scalar}
     * @param description for people: {@code cpu, 512-bit vectors, 2 threads}
     * @param usedBytes device memory that the model takes, with its key-value cache; 0 on the CPU
     * @param totalBytes memory of the device; 0 on the CPU
     */
    public record Hardware(String backend, String description, long usedBytes, long totalBytes) {}

    @Override
    public void close() {
        closing.run();
    }
}
