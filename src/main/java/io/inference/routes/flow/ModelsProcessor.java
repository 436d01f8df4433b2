package io.inference.routes.flow;

import io.inference.api.call.Call;
import io.inference.api.request.LoadRequest;
import io.inference.models.ModelDirectory;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Body in: a {@link LoadRequest}, which is done first, or anything else. Body out: all models, or the details of the
 * one that the header {@code InferenceModel} names.
 */
public class ModelsProcessor implements Processor {
    private final ModelDirectory directory;

    ModelsProcessor(ModelDirectory directory) {
        this.directory = directory;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        String model = message.getHeader(RouteHeaders.MODEL, String.class);
        if (message.getBody() instanceof LoadRequest load) {
            directory.load(load, exchange.getProperty(Call.PROPERTY, Call.class));
        }
        message.setBody(model == null ? directory.models() : directory.details(model));
    }
}
