package io.inference.grpc.server;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the gRPC door is told.
 *
 * @param port 0 takes any free one
 * @param workers event-loop threads; calls run on virtual threads
 * @param maxMessageBytes largest message of a caller, unpacked
 * @param maxCalls calls under way at once, streams among them
 * @param reflection whether callers may ask which services there are
 * @param requestTimeout how long a whole call may take
 * @param grace how long a stop waits for the calls under way
 * @param tls null for plain text
 */
public record GrpcSettings(
        String host,
        int port,
        int workers,
        int maxMessageBytes,
        int maxCalls,
        boolean reflection,
        Duration requestTimeout,
        Duration grace,
        @Nullable Tls tls) {
    /**
     * Files in PEM. They are looked at again every so often, and taken on once they have changed.
     *
     * @param certificates the server's own, followed by those that vouch for it
     * @param key in PKCS #8
     * @param clientAuthority who must have signed the certificates of callers; null asks callers for none
     * @param reloadInterval how often the files are looked at
     */
    public record Tls(Path certificates, Path key, @Nullable Path clientAuthority, Duration reloadInterval) {}
}
