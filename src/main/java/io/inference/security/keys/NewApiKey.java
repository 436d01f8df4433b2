package io.inference.security.keys;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Properties of a key to be made.
 *
 * @param owner null for the calling admin
 * @param expiresAt null for never
 */
public record NewApiKey(
        String name,
        @Nullable String owner,
        Set<String> groups,
        Set<String> scopes,
        @Nullable Instant expiresAt) {
    public NewApiKey {
        groups = Set.copyOf(groups);
        scopes = Set.copyOf(scopes);
    }
}
