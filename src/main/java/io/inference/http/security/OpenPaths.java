package io.inference.http.security;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The paths that need no caller: exactly these, for reading, unless a route serves them. Paths are compared undecoded
 * and without patterns. The embedded issuer's paths are open to this machine.
 */
final class OpenPaths {
    private static final Set<String> LITERALS = Set.of(
            "/health",
            "/openapi.json",
            "/docs",
            "/docs/",
            "/docs/oauth2-redirect.html",
            "/console",
            "/console/",
            "/console/issuer.json");

    private final Set<String> paths;
    private final boolean embeddedIssuer;

    /**
     * @param files of the service's pages
     * @param embeddedIssuer whether {@code /dev/…} issues tokens
     */
    OpenPaths(List<PublicFiles> files, boolean embeddedIssuer) {
        this.paths = Stream.concat(LITERALS.stream(), files.stream().flatMap(f -> f.paths().stream()))
                .collect(Collectors.toUnmodifiableSet());
        this.embeddedIssuer = embeddedIssuer;
    }

    boolean contains(RequestedCall call) {
        return !call.isRouted() && (isOfEmbeddedIssuer(call) || call.isRead() && paths.contains(call.path()));
    }

    boolean isOfEmbeddedIssuer(RequestedCall call) {
        return embeddedIssuer && !call.isRouted() && call.isBelow("/dev");
    }
}
