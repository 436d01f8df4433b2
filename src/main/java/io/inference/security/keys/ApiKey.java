package io.inference.security.keys;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a key; not the key.
 *
 * @param prefix its first letters, by which its holder recognises it
 * @param owner the subject that a request with this key comes from
 * @param groups the owner's, as far as this key is concerned
 * @param createdBy subject of the admin who made it
 * @param expiresAt null for never
 * @param lastUsedAt to the minute; null for never
 * @param revokedAt null while it holds
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
