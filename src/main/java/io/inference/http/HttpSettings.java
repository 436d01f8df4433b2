package io.inference.http;

import io.inference.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the REST door.
 *
 * @param apiPrefix prefix of OpenAI's API, such as {@code /v1}
 * @param maxRequestBytes largest body
 * @param requestTimeout how long a whole request may take
 * @param receiveTimeout how long a request's body may take before its rate counts
 * @param keepAlive silence after which a stream gets a keep-alive, even if it has not begun
 * @param authenticationOff accepts callers on this machine without credentials, and refuses all others
 * @param tls null for plain HTTP
 */
public record HttpSettings(
        String apiPrefix,
        long maxRequestBytes,
        Duration requestTimeout,
        Duration receiveTimeout,
        Duration keepAlive,
        boolean authenticationOff,
        @Nullable Tls tls) {
    /**
     * Files in PEM.
     *
     * @param certificates the server's own, followed by its chain
     */
    public record Tls(Path certificates, Path key) {}

    public HttpSettings {
        if (!apiPrefix.startsWith("/")) {
            throw new IllegalArgumentException("a prefix without a slash: " + apiPrefix);
        }
    }

    static HttpSettings of(Settings settings) {
        return new HttpSettings(
                "/" + settings.text("api-version"),
                settings.bytes("max-request-size"),
                settings.time("request-timeout"),
                settings.time("receive-timeout"),
                settings.time("stream-keep-alive"),
                settings.flag("disable-auth"),
                tls(settings));
    }

    private static @Nullable Tls tls(Settings settings) {
        Path key = settings.optionalText("tls-key-file").map(Path::of).orElse(null);
        Path certificates = settings.optionalText("tls-cert-file").map(Path::of).orElse(null);
        return certificates == null || key == null ? null : new Tls(certificates, key);
    }
}
