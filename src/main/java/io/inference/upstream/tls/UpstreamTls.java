package io.inference.upstream.tls;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * PEM files for TLS to a server.
 *
 * @param authority certificates of the authorities that the server's certificate may be from; null trusts those that
 *     Java trusts
 * @param certificate this service's own certificate, then its chain, for servers that ask for one; null for none
 * @param key the private key of {@code certificate}: PKCS #8, PKCS #1 or SEC 1, not encrypted
 */
public record UpstreamTls(
        @Nullable Path authority,
        @Nullable Path certificate,
        @Nullable Path key) {
    /** @throws IllegalArgumentException if only one of certificate and key is given */
    public UpstreamTls {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("a certificate and its key are needed together");
        }
    }

    /** The files that are given. */
    List<Path> files() {
        return Stream.of(authority, certificate, key)
                .filter(Objects::nonNull)
                .map(Path.class::cast)
                .toList();
    }
}
