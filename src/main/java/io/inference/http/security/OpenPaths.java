package io.inference.http.security;

import io.inference.api.error.InferenceException;
import io.inference.security.RefusedCallException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The paths that need no caller: exactly these, for reading, unless a route serves them. Paths are compared undecoded
 * and without patterns. The embedded issuer's paths are open to this machine. Addresses that are signed need no caller
 * either, and are refused if the signature is not valid.
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
    private final SignedPaths signed;
    private final boolean embeddedIssuer;

    /**
     * @param files of the service's pages
     * @param signed addresses that need no caller, whether or not a route serves them
     * @param embeddedIssuer whether {@code /dev/…} issues tokens
     */
    OpenPaths(List<PublicFiles> files, SignedPaths signed, boolean embeddedIssuer) {
        this.paths = Stream.concat(LITERALS.stream(), files.stream().flatMap(f -> f.paths().stream()))
                .collect(Collectors.toUnmodifiableSet());
        this.signed = signed;
        this.embeddedIssuer = embeddedIssuer;
    }

    boolean contains(RequestedCall call) {
        return !call.isRouted() && (isOfEmbeddedIssuer(call) || call.isRead() && paths.contains(call.path()))
                || call.isRead() && proof(call) != SignedPaths.Proof.NONE;
    }

    /** Whether it is an address that would need no caller if its signature were valid. */
    boolean isForged(RequestedCall call) {
        return call.isRead() && proof(call) == SignedPaths.Proof.INVALID;
    }

    private SignedPaths.Proof proof(RequestedCall call) {
        try {
            return call.proof(signed);
        } catch (InferenceException e) {
            throw new RefusedCallException(e);
        }
    }

    boolean isOfEmbeddedIssuer(RequestedCall call) {
        return embeddedIssuer && !call.isRouted() && call.isBelow("/dev");
    }
}
