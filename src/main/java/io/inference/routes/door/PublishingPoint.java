package io.inference.routes.door;

import java.util.List;
import org.apache.camel.CamelContext;

/**
 * The interface of a door for generations: its routes are collected while a generation starts, and served once it is
 * published.
 */
public interface PublishingPoint {
    /**
     * Adds this door's components to a context that has not started. Nothing is served from it before the publication.
     *
     * @param calls where the door enters each call that it runs on this generation
     */
    Publication prepare(CamelContext context, InFlight calls);

    /** The routes of one generation for one door. */
    interface Publication {
        /** Its faults, known once the context has started, such as two routes on one path. */
        List<RouteFault> faults();

        /** Serves this generation from now on, in place of the one before; calls in progress are not affected. */
        void publish();

        /**
         * Serves it to admins who request the candidate, or stops that. Doors whose callers cannot choose have no
         * candidates.
         */
        default void preview(boolean on) {}

        /** Accepts no new work, since the next generation is about to be published; work in progress goes on. */
        default void withdraw() {}

        /**
         * Publishes even if a consumer cannot start because its server is unavailable; that consumer starts once the
         * server is back.
         */
        default void serve() {
            publish();
        }
    }
}
