package io.inference.security.keys;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Data about a key, without the key itself.
 *
 * @param prefix its first letters, by which its holder recognises it
 * @param owner subject of requests with this key
 * @param groups of the owner that this key grants
 * @param createdBy subject of the admin who made it
 * @param expiresAt null for never
 * @param lastUsedAt to the minute; null for never
 * @param revokedAt null if it is not revoked
 */
public record ApiKey(
        UUID id,
        String prefix,
        String name,
        String owner,
        Set<String> groups,
        Set<String> scopes,
        String createdBy,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt,
        @Nullable Instant revokedAt) {
    public ApiKey {
        groups = Set.copyOf(groups);
        scopes = Set.copyOf(scopes);
    }
}
