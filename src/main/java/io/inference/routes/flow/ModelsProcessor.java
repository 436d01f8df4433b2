package io.inference.routes.flow;

import io.inference.models.ModelDirectory;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Body out: all models, or the details of the one that the header {@code InferenceModel} names. */
public class ModelsProcessor implements Processor {
    private final ModelDirectory directory;

    ModelsProcessor(ModelDirectory directory) {
        this.directory = directory;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        String model = message.getHeader(RouteHeaders.MODEL, String.class);
        message.setBody(model == null ? directory.models() : directory.details(model));
    }
}
