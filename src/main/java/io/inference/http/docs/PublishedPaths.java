package io.inference.http.docs;

import java.util.Collection;

/** The paths that routes serve now, so that the description of the API covers routes that an operator added. */
public interface PublishedPaths {
    Collection<Path> paths();

    /**
     * One path and method.
     *
     * @param path with {@code {variables}}
     * @param description of the route; may be empty
     */
    record Path(String method, String path, String routeId, String description) {}
}
