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
 */
public record ModelDetails(
        ModelInfo info,
        @Nullable String template,
        @Nullable String license,
        Map<String, Object> metadata,
        List<String> capabilities) {
    public ModelDetails {
        capabilities = List.copyOf(capabilities);
    }
}
