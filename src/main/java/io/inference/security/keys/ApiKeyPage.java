package io.inference.security.keys;

import java.util.List;

/**
 * Some keys, the newest first.
 *
 * @param hasMore whether older ones follow
 */
public record ApiKeyPage(List<ApiKey> keys, boolean hasMore) {
    public ApiKeyPage {
        keys = List.copyOf(keys);
    }
}
