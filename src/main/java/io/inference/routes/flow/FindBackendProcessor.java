package io.inference.routes.flow;

import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.inference.routes.backend.BackendSource;
import java.util.Iterator;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Finds the backends that have the model: sets the header {@code InferenceBackend} to the first backend in order of
 * preference and keeps the others for {@link NextBackendProcessor}. A backend that the route has set already stays.
 */
public class FindBackendProcessor implements Processor {
    /** Exchange property with the names of the backends not tried yet, best first. */
    private static final String OTHERS = "InferenceOtherBackends";

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        if (message.getHeader(RouteHeaders.BACKEND) != null) {
            return;
        }
        InferenceRequest request = message.getBody(InferenceRequest.class);
        String model = message.getHeader(RouteHeaders.MODEL, request.model(), String.class);
        List<String> backends = BackendSource.of(exchange.getContext()).backendsFor(model, request);
        if (backends.isEmpty()) {
            throw InferenceException.modelNotFound(model);
        }
        Iterator<String> others = backends.iterator();
        message.setHeader(RouteHeaders.BACKEND, others.next());
        exchange.setProperty(OTHERS, others);
    }

    /** Whether another backend has the model and is not tried yet. */
    static boolean hasOthers(Exchange exchange) {
        Iterator<?> others = exchange.getProperty(OTHERS, Iterator.class);
        return others != null && others.hasNext();
    }

    /** The next backend that has the model; null if all are tried. */
    static @Nullable String next(Exchange exchange) {
        Iterator<?> others = exchange.getProperty(OTHERS, Iterator.class);
        return others != null && others.hasNext() ? (String) others.next() : null;
    }
}
