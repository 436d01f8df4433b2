package io.inference.grpc.server;

import io.inference.config.Settings;
import io.inference.security.network.InternalAccess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the gRPC door.
 *
 * @param port 0 takes any free one
 * @param workers event-loop threads (calls run on virtual threads)
 * @param maxMessageBytes largest message of a caller, uncompressed
 * @param maxCalls calls in progress at once, streams included
 * @param reflection whether callers may list the services
 * @param requestTimeout how long a whole call may take
 * @param grace how long a stop waits for the calls in progress
 * @param tls null for plain text
 * @param authenticationOff accepts callers on this machine without credentials, and refuses all others
 * @param keys the callers with a key
 */
record GrpcSettings(
        String host,
        int port,
        int workers,
        int maxMessageBytes,
        int maxCalls,
        boolean reflection,
        Duration requestTimeout,
        Duration grace,
        @Nullable Tls tls,
        boolean authenticationOff,
        InternalAccess keys) {
    private static final Duration CERTIFICATE_RELOAD = Duration.ofSeconds(2);

    /**
     * Files in PEM. They are checked regularly and loaded again if they have changed.
     *
     * @param certificates the server's own, followed by its chain
     * @param key its private key: PKCS#8, PKCS#1 or SEC 1, not encrypted
     * @param clientAuthority the authority that must have signed the certificates of callers; null requires none of
     *     callers
     * @param reloadInterval how often the files are checked
     */
    record Tls(Path certificates, Path key, @Nullable Path clientAuthority, Duration reloadInterval) {}

    static GrpcSettings of(Settings settings) {
        int port = settings.optionalWhole("grpc-port").orElse(settings.whole("inference-services-port"));
        long largest = Math.min(settings.whole("grpc-max-message-size"), settings.bytes("max-request-size"));
        return new GrpcSettings(
                settings.optionalText("inference-services-host").orElse(settings.text("host")),
                port,
                settings.whole("grpc-max-workers"),
                Math.toIntExact(largest),
                settings.whole("grpc-max-concurrent-rpcs"),
                settings.flag("grpc-enable-reflection"),
                settings.time("request-timeout"),
                settings.time("shutdown-grace"),
                tls(settings),
                settings.flag("disable-auth"),
                keys(settings));
    }

    private static @Nullable Tls tls(Settings settings) {
        Optional<Path> certificates = settings.optionalText("grpc-cert-file").map(Path::of);
        Optional<Path> key = settings.optionalText("grpc-key-file").map(Path::of);
        Optional<Path> authority = settings.optionalText("grpc-client-ca-file").map(Path::of);
        return settings.flag("grpc-use-tls")
                ? new Tls(certificates.orElseThrow(), key.orElseThrow(), authority.orElse(null), CERTIFICATE_RELOAD)
                : null;
    }

    private static InternalAccess keys(Settings settings) {
        String keys = settings.optionalText("grpc-api-key").orElse("");
        String accepted = settings.flag("grpc-require-api-key") ? keys : "";
        String allowed = settings.optionalText("grpc-allowed-ips").orElse("");
        return new InternalAccess(accepted, allowed, "");
    }
}
