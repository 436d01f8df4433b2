package io.inference.openai;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the OpenAI-compatible server is.
 *
 * @param baseUrl the URL that ends in {@code /v1}, used as given; {@code /v1} is added where it has no path at all. Null turns the
 *     backend off
 * @param apiKey sent as a bearer token; null for none
 * @param firstTokenTimeout how long a stream may take to its first chunk
 */
public record OpenAiSettings(
        @Nullable URI baseUrl, @Nullable String apiKey, Duration firstTokenTimeout) {
    /** Without the key. */
    @Override
    public String toString() {
        return "OpenAiSettings[baseUrl=" + baseUrl + ", firstTokenTimeout=" + firstTokenTimeout + "]";
    }
}
