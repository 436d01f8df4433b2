package io.inference.openai;

import io.inference.config.Settings;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Address, key and timeout of the OpenAI-compatible server.
 *
 * @param baseUrl the URL that ends in {@code /v1}, used as given; {@code /v1} is added if it has no path at all. Null
 *     turns the backend off
 * @param apiKey sent as a bearer token; null for none
 * @param firstTokenTimeout time limit for a stream's first chunk
 */
public record OpenAiSettings(
        @Nullable URI baseUrl, @Nullable String apiKey, Duration firstTokenTimeout) {
    static OpenAiSettings of(Settings settings) {
        return new OpenAiSettings(
                settings.optionalUrl("inference-services-openai-base-url").orElse(null),
                settings.optionalText("inference-services-openai-api-key").orElse(null),
                settings.time("first-token-timeout"));
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "OpenAiSettings[baseUrl=" + baseUrl + ", firstTokenTimeout=" + firstTokenTimeout + "]";
    }
}
