package io.inference.ollama;

import io.inference.config.Settings;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Address and timeout of Ollama.
 *
 * @param baseUrl such as {@code http://localhost:11434}; null turns the backend off
 * @param firstTokenTimeout time limit for a stream's first chunk
 */
public record OllamaSettings(@Nullable URI baseUrl, Duration firstTokenTimeout) {
    static OllamaSettings of(Settings settings) {
        return new OllamaSettings(
                settings.optionalUrl("inference-services-ollama-base-url").orElse(null),
                settings.time("first-token-timeout"));
    }
}
