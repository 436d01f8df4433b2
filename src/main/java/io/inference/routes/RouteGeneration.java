package io.inference.routes;

import java.time.Instant;
import java.util.List;
import org.apache.camel.CamelContext;

/**
 * All routes of the folder, loaded, checked and started together.
 *
 * @param number from 1, in the order in which generations were built
 * @param hash of the files that it was built from
 * @param publications what it serves, door by door
 */
public record RouteGeneration(
        int number, String hash, Instant since, CamelContext context, List<PublishingPoint.Publication> publications) {
    void publish() {
        publications.forEach(PublishingPoint.Publication::publish);
    }

    void stop() {
        context.stop();
    }
}
