package io.inference.api.backend;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Details of one model, as its backend reports them.
 *
 * @param template the chat template
 * @param metadata keys of the model file, such as {@code llama.context_length}, without long lists
 * @param capabilities such as {@code completion}, {@code embedding}, {@code tools}, {@code vision}
 * @param parameters the model's own options in the format of Ollama's Modelfile, a line each; null if there are none
 * @param tensors the model's tensors in the order of the file; empty if the backend does not report them
 */
public record ModelDetails(
        ModelInfo info,
        @Nullable String template,
        @Nullable String license,
        Map<String, Object> metadata,
        List<String> capabilities,
        @Nullable String parameters,
        List<Tensor> tensors) {
    /**
     * A tensor.
     *
     * @param type such as {@code Q4_1}
     * @param shape number of elements, fastest varying dimension first
     */
    public record Tensor(String name, String type, List<Long> shape) {
        public Tensor {
            shape = List.copyOf(shape);
        }
    }

    public ModelDetails {
        capabilities = List.copyOf(capabilities);
        tensors = List.copyOf(tensors);
    }

    /** Details without parameters and tensors. */
    public ModelDetails(
            ModelInfo info,
            @Nullable String template,
            @Nullable String license,
            Map<String, Object> metadata,
            List<String> capabilities) {
        this(info, template, license, metadata, capabilities, null, List.of());
    }
}
