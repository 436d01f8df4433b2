package io.inference.routes.flow;

import io.inference.api.call.Call;
import io.inference.api.request.LoadRequest;
import io.inference.models.BackendSet;
import io.inference.routes.backend.BackendSource;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Body in: a {@link LoadRequest}, which is done first, or anything else. Body out: all models, or the details of the
 * one that the header {@code InferenceModel} names.
 */
public class ModelsProcessor implements Processor {
    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        String model = message.getHeader(RouteHeaders.MODEL, String.class);
        BackendSet backends = BackendSource.of(exchange.getContext());
        if (message.getBody() instanceof LoadRequest load) {
            backends.load(load, exchange.getProperty(Call.PROPERTY, Call.class));
        }
        message.setBody(model == null ? backends.models() : backends.details(model));
    }
}
