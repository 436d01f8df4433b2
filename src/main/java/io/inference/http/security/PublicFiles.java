package io.inference.http.security;

import java.util.Set;

/**
 * Static files that need no caller, as they are in this build.
 *
 * @param paths whole paths, such as {@code /console/app.js}
 */
public record PublicFiles(Set<String> paths) {
    public PublicFiles {
        paths = Set.copyOf(paths);
    }
}
