package io.inference.routes;

import io.inference.api.error.InferenceException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/** Runs a route and reads what it failed of: the same for every door, for jobs and for the meters. */
public final class RouteRun {
    private RouteRun() {}

    /** @throws RuntimeException what the route failed of: an {@link InferenceException}, or a fault of our own */
    public static void run(Processor route, Exchange exchange) {
        try {
            route.process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        throwIfFailed(exchange);
    }

    /** What its route ended with, or told by {@code reasonCodeProcessor}; null where all went well. */
    public static @Nullable Exception failure(Exchange exchange) {
        Exception failure = exchange.getException();
        return failure == null ? exchange.getProperty(InferenceException.PROPERTY, InferenceException.class) : failure;
    }

    /** The nearest cause that has a reason code; null where a failure is a fault of our own. */
    public static @Nullable InferenceException reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InferenceException known) {
                return known;
            }
        }
        return null;
    }

    /** The same of an exchange that has been run. */
    public static void throwIfFailed(Exchange exchange) {
        Exception failure = failure(exchange);
        if (failure == null) {
            return;
        }
        InferenceException known = reason(failure);
        if (known != null) {
            throw known;
        }
        throw failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure);
    }
}
