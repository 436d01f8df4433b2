package io.inference.engine;

import java.util.List;
import java.util.Map;

/**
 * What is known of a model.
 *
 * @param architecture such as {@code llama}
 * @param parameterCount the elements of all tensors
 * @param quantization the file's own label, such as {@code Q4_1} or {@code Q4_K_M}
 * @param contextLength the most tokens of a sequence here
 * @param trainedContextLength the most tokens that the model was trained for
 * @param embeddingWidth floats of an embedding
 * @param vocabularySize tokens that the model knows
 * @param fileBytes the size of the file
 * @param chatTemplate the file's chat template, empty where it has none
 * @param backend what computes, for people
 * @param metadata the file's metadata by key: String, Boolean, Long or Double; lists are left out
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
        String backend,
        Map<String, Object> metadata,
        List<Tensor> tensors) {
    /** A tensor's name, type and shape, fastest varying dimension first. */
    public record Tensor(String name, String type, List<Long> shape) {}

    public boolean hasChatTemplate() {
        return !chatTemplate.isEmpty();
    }
}
