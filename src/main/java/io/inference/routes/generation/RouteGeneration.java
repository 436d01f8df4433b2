package io.inference.routes.generation;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.inference.models.BackendSet;
import io.inference.routes.check.RouteFiles;
import io.inference.routes.door.InFlight;
import io.inference.routes.door.PublishingPoint;
import io.inference.routes.status.RouteMeters;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * All routes of the folder, loaded, checked and started together.
 *
 * @param number from 1, in the order in which generations were built
 * @param files from which it was built
 * @param hash of those files
 * @param backends that its routes ask
 * @param breakers circuit breakers by the ids of their routes
 * @param publications what it serves, for each door
 * @param calls that run on it
 * @param meters metrics of its routes and steps
 */
public record RouteGeneration(
        int number,
        RouteFiles files,
        String hash,
        Instant since,
        DefaultCamelContext context,
        BackendSet backends,
        Map<String, CircuitBreaker> breakers,
        List<PublishingPoint.Publication> publications,
        InFlight calls,
        RouteMeters meters) {
    void publish() {
        publications.forEach(PublishingPoint.Publication::publish);
    }

    /** Serves unconditionally, as at a start of the service. */
    void serve() {
        publications.forEach(PublishingPoint.Publication::serve);
    }

    void preview(boolean on) {
        publications.forEach(publication -> publication.preview(on));
    }

    void withdraw() {
        publications.forEach(PublishingPoint.Publication::withdraw);
    }

    /** Waits for exchanges in progress, as long as the context's shutdown strategy allows. */
    public void stop() {
        try {
            context.stop();
        } finally {
            backends.close();
        }
    }
}
