package io.inference.http.docs;

import java.util.Collection;

/** The paths that the current generation of routes serves, so that the documents include routes that operators add. */
@FunctionalInterface
public interface PublishedPaths {
    Collection<Path> paths();

    /**
     * One operation.
     *
     * @param path as the route declares it, with {@code {variables}}
     * @param description of the route; may be empty
     */
    record Path(String method, String path, String routeId, String description) {}
}
