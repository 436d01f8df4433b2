package io.inference.api.backend;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a backend tells of one model.
 *
 * @param template the chat template
 * @param metadata keys of the model file, such as {@code llama.context_length}; long lists left out
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
