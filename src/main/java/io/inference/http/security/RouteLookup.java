package io.inference.http.security;

import io.inference.routes.check.RouteAccess;
import org.jspecify.annotations.Nullable;

/** Finds the route that serves a path. */
public interface RouteLookup {
    /**
     * Enters a generation of routes, which stays until the returned object is closed.
     *
     * @param path as it came
     * @param preview whether the generation that waits for a decision is asked for; if none waits, the one that serves is entered
     */
    Entry enter(String path, boolean preview);

    /** A generation that was entered, and what it has for the path. */
    interface Entry extends AutoCloseable {
        /** Whether a route serves the path, by whatever method. */
        boolean isRouted();

        /** Who may call the route that serves the method; null if none does. */
        @Nullable
        RouteAccess access(String method);

        @Override
        void close();
    }
}
