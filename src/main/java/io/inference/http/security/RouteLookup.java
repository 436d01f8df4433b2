package io.inference.http.security;

import io.inference.routes.check.RouteAccess;
import org.jspecify.annotations.Nullable;

/** Finds the route that serves a path. */
public interface RouteLookup {
    /**
     * Enters a generation of routes, which stays until the returned object is closed.
     *
     * @param path undecoded
     * @param preview whether the candidate generation is requested; if there is none, the serving one is entered
     */
    Entry enter(String path, boolean preview);

    /** An entered generation, and its routes for the path. */
    interface Entry extends AutoCloseable {
        /** Whether a route serves the path, with any method. */
        boolean isRouted();

        /** Who may call the route that serves the method; null if none does. */
        @Nullable
        RouteAccess access(String method);

        @Override
        void close();
    }
}
