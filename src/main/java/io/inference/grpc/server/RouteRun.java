package io.inference.grpc.server;

import io.inference.api.InferenceException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Runs a route and finds what it failed of. */
final class RouteRun {
    private RouteRun() {}

    /** @throws RuntimeException what the route failed of: an {@link InferenceException}, or a fault of our own */
    static void run(Processor route, Exchange exchange) {
        try {
            route.process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        Exception failure = exchange.getException();
        if (failure != null) {
            throw reason(failure);
        }
        InferenceException told = exchange.getProperty(InferenceException.PROPERTY, InferenceException.class);
        if (told != null) {
            throw told;
        }
    }

    /** The nearest cause that has a reason. */
    private static RuntimeException reason(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InferenceException known) {
                return known;
            }
        }
        return failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure);
    }
}
