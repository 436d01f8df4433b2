package io.inference.http.security;

import java.util.Set;

/**
 * Static files of this build that need no caller.
 *
 * @param paths whole paths, such as {@code /console/app.js}
 */
public record PublicFiles(Set<String> paths) {
    public PublicFiles {
        paths = Set.copyOf(paths);
    }
}
