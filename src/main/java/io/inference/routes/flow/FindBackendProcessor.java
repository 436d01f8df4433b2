package io.inference.routes.flow;

import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.inference.models.ModelDirectory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Finds the backends that have the model: sets the header {@code InferenceBackend} to the first backend in order of
 * preference and keeps the others for {@link NextBackendProcessor}. A backend that the route has set already stays.
 */
public class FindBackendProcessor implements Processor {
    /** Exchange property with the backends not tried yet, best first. */
    static final String OTHERS = "InferenceOtherBackends";

    private final ModelDirectory directory;

    FindBackendProcessor(ModelDirectory directory) {
        this.directory = directory;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        if (message.getHeader(RouteHeaders.BACKEND) != null) {
            return;
        }
        String asked = message.getBody(InferenceRequest.class).model();
        String model = message.getHeader(RouteHeaders.MODEL, asked, String.class);
        List<String> backends = directory.backendsFor(model);
        if (backends.isEmpty()) {
            throw InferenceException.modelNotFound(model);
        }
        Deque<String> others = new ArrayDeque<>(backends);
        message.setHeader(RouteHeaders.BACKEND, others.remove());
        exchange.setProperty(OTHERS, others);
    }
}
