package io.inference.local;

import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.engine.Engine;
import io.inference.engine.EngineInfo;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An open model.
 *
 * @param id its name for callers
 * @param digest SHA-256 of its file in hex; null if the file was not checked
 * @param modifiedEpochSeconds when its file was last changed
 */
public record LocalModel(String id, Engine engine, @Nullable String digest, long modifiedEpochSeconds) {
    private static final double MILLION = 1e6;
    private static final double BILLION = 1e9;
    private static final List<String> CAPABILITIES = List.of("completion", "embedding");

    ModelInfo info(String backend) {
        EngineInfo info = engine.info();
        return new ModelInfo(
                        id,
                        backend,
                        true,
                        info.contextLength(),
                        info.fileBytes(),
                        digest,
                        info.architecture(),
                        parameterSize(info.parameterCount()),
                        info.quantization(),
                        modifiedEpochSeconds)
                .with(CAPABILITIES);
    }

    ModelDetails details(String backend) {
        EngineInfo info = engine.info();
        return new ModelDetails(
                info(backend),
                info.hasChatTemplate() ? info.chatTemplate() : null,
                info.metadata().get("general.license") instanceof String license ? license : null,
                info.metadata(),
                CAPABILITIES,
                String.format(Locale.ROOT, "%-30s %d", "num_ctx", info.contextLength()),
                info.tensors().stream()
                        .map(tensor -> new ModelDetails.Tensor(tensor.name(), tensor.type(), tensor.shape()))
                        .toList());
    }

    /** In Ollama's format: {@code 134.52M}, {@code 7.2B}. */
    private static String parameterSize(long count) {
        return count >= BILLION
                ? String.format(Locale.ROOT, "%.1fB", count / BILLION)
                : String.format(Locale.ROOT, "%.2fM", count / MILLION);
    }
}
