package io.inference.routes.door;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import io.inference.api.stream.StreamedAnswer;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/** Runs a route for a call and reads its failure: the same for every door, for jobs and for the meters. */
public final class RouteRun {
    private RouteRun() {}

    /** Sets on an exchange what no header may carry: the call and its caller. */
    public static void fill(Exchange exchange, Call call, @Nullable Caller caller) {
        exchange.setProperty(Call.PROPERTY, call);
        exchange.setProperty(Caller.PROPERTY, caller);
        exchange.getMessage().setHeader("InferenceRequestId", call.id());
    }

    /**
     * Runs a route for the call that its exchange was filled with.
     *
     * @throws RuntimeException the route's failure: an {@link InferenceException}, also if the call was cancelled
     *     meanwhile, or an internal error
     */
    public static void run(Processor route, Exchange exchange) {
        try {
            route.process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        throwIfFailed(exchange);
        exchange.getProperty(Call.PROPERTY, Call.class).throwIfCancelled();
    }

    /**
     * Returns an exchange to the consumer that created it. Closes a stream that its route created and that was not
     * consumed.
     */
    public static void release(Consumer consumer, Exchange exchange) {
        if (exchange.getMessage().getBody() instanceof StreamedAnswer abandoned) {
            abandoned.chunks().close();
        }
        consumer.releaseExchange(exchange, false);
    }

    /** The failure of its route, or the one set by {@code reasonCodeProcessor}; null if it succeeded. */
    public static @Nullable Exception failure(Exchange exchange) {
        Exception failure = exchange.getException();
        return failure == null ? exchange.getProperty(InferenceException.PROPERTY, InferenceException.class) : failure;
    }

    /** @throws RuntimeException as {@link #run}, of an exchange that has been run */
    public static void throwIfFailed(Exchange exchange) {
        Exception failure = failure(exchange);
        if (failure == null) {
            return;
        }
        InferenceException known = InferenceException.in(failure);
        if (known != null) {
            throw known;
        }
        throw failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure);
    }
}
