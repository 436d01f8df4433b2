package io.inference.engine;

import io.inference.engine.model.LoadedModel;
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
        LoadedModel.Hardware hardware,
        Map<String, Object> metadata,
        List<Tensor> tensors) {
    /** A tensor's name, type and shape, fastest varying dimension first. */
    public record Tensor(String name, String type, List<Long> shape) {}

    public boolean hasChatTemplate() {
        return !chatTemplate.isEmpty();
    }
}
