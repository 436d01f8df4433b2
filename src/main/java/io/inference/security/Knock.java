package io.inference.security;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an HTTP request before anything of it is read.
 *
 * @param id names the request in logs
 * @param path as it came, neither decoded nor normalised, so that what is decided of it is what is served
 * @param routed whether a route serves the path
 * @param peer numeric address of the other end of the connection
 * @param host the Host header, with or without a port
 * @param origin the Origin header of a browser
 * @param authorization every Authorization header
 * @param apiKeys every X-API-Key header
 * @param forwardedFor every X-Forwarded-For header, in order
 * @param forwarded whether any header says that a proxy passed the request on
 */
public record Knock(
        String id,
        String method,
        String path,
        boolean routed,
        String peer,
        @Nullable String host,
        @Nullable String origin,
        List<String> authorization,
        List<String> apiKeys,
        List<String> forwardedFor,
        boolean forwarded) {}
