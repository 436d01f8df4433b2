package io.inference.security;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Properties of a call that are known before its content is read, except its credential.
 *
 * @param id names the call in logs
 * @param path as received, neither decoded nor normalised, so that the path that is checked is the path that is served
 * @param peer numeric address of the other end of the connection
 * @param host the Host header, with or without a port
 * @param origin the Origin header of a browser
 * @param forwardedFor every X-Forwarded-For header, in order
 * @param forwarded whether any header shows that a proxy forwarded the call
 */
public record CallDetails(
        String id,
        String method,
        String path,
        String peer,
        @Nullable String host,
        @Nullable String origin,
        List<String> forwardedFor,
        boolean forwarded) {}
