package io.inference.routes.flow;

import io.inference.models.BackendSet;
import io.inference.routes.backend.BackendSource;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Body out: all models, or the details of the one that the header {@code InferenceModel} names. */
public class ModelsProcessor implements Processor {
    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        String model = message.getHeader(RouteHeaders.MODEL, String.class);
        BackendSet backends = BackendSource.of(exchange.getContext());
        message.setBody(model == null ? backends.models() : backends.details(model));
    }
}
