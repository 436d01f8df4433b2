package io.inference.routes.door;

import java.util.List;
import org.apache.camel.CamelContext;

/** A door as generations see it: routes that listen on it are collected while a generation starts and served once it is published. */
public interface PublishingPoint {
    /**
     * Equips a context that has not started with this door's components. Nothing is served from it before the publication.
     *
     * @param calls where the door enters each call that it runs on this generation
     */
    Publication prepare(CamelContext context, InFlight calls);

    /** What one generation would serve on one door. */
    interface Publication {
        /** What is wrong with it, known once the context has started: two routes on one path, say. */
        List<RouteFault> faults();

        /** Serves this generation from now on, in place of the one before; calls under way are left alone. */
        void publish();

        /** Serves it to admins who ask for the candidate, or no longer. A door that cannot ask its callers has none. */
        default void preview(boolean on) {}

        /** Takes in nothing new, since the next generation is about to be published; work under way goes on. */
        default void withdraw() {}

        /** Serves where it has to: what cannot begin, since a server of its own is away, begins once it is back. */
        default void serve() {
            publish();
        }
    }
}
