package io.inference.engine;

import java.util.List;
import java.util.Map;

/**
 * Properties of a model.
 *
 * @param architecture such as {@code llama}
 * @param parameterCount number of elements of all tensors
 * @param quantization the file's own label, such as {@code Q4_1} or {@code Q4_K_M}
 * @param contextLength maximum number of tokens of a sequence in this engine
 * @param trainedContextLength maximum number of tokens that the model was trained for
 * @param embeddingWidth number of floats of an embedding
 * @param vocabularySize number of tokens of the vocabulary
 * @param fileBytes size of the file
 * @param chatTemplate the file's chat template, empty if it has none
 * @param hardware where the model runs
 * @param metadata the file's metadata by key: String, Boolean, Long or Double, without lists
 * @param tensors the file's tensors in its order
 */
public record EngineInfo(
        String architecture,
        long parameterCount,
        String quantization,
        int contextLength,
        int trainedContextLength,
        int embeddingWidth,
        int vocabularySize,
        long fileBytes,
        String chatTemplate,
        Hardware hardware,
        Map<String, Object> metadata,
        List<Tensor> tensors) {
    /** A tensor's name, type and shape, fastest varying dimension first. */
    public record Tensor(String name, String type, List<Long> shape) {}

    /**
     * Where a model runs.
     *
     * @param backend {@code cuda}, {@code cpu} or {@code scalar}
     * @param description for people: {@code cpu, 512-bit vectors, 2 threads}
     * @param usedBytes device memory that the model takes, with its key-value cache; 0 on the CPU
     * @param totalBytes memory of the device; 0 on the CPU
     */
    public record Hardware(String backend, String description, long usedBytes, long totalBytes) {}

    public boolean hasChatTemplate() {
        return !chatTemplate.isEmpty();
    }
}
