package io.inference.security;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a call before anything of it is read, other than its credential.
 *
 * @param id names the call in logs
 * @param path as it came, neither decoded nor normalised, so that what is decided of it is what is served
 * @param peer numeric address of the other end of the connection
 * @param host the Host header, with or without a port
 * @param origin the Origin header of a browser
 * @param forwardedFor every X-Forwarded-For header, in order
 * @param forwarded whether any header says that a proxy passed the call on
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
