package io.inference.http.format;

import io.inference.api.call.Call;
import io.inference.api.call.Operation;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Marks a request without a body as one about models: about one model if the path has a variable of the given name,
 * whose value may contain slashes and start with one.
 */
public final class ModelRequestProcessor implements Processor {
    private final String variable;

    /** @param variable of the path, or an empty text for requests that ask about all models */
    public ModelRequestProcessor(String variable) {
        this.variable = variable;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        call.setOperation(Operation.MODELS);
        message.setHeader(WireRequestProcessor.OPERATION, Operation.MODELS.label());
        if (variable.isEmpty()) {
            message.removeHeader(WireRequestProcessor.MODEL);
            return;
        }
        String model = message.getHeader(variable, "", String.class);
        model = model.startsWith("/") ? model.substring(1) : model;
        if (model.isEmpty()) {
            throw new InferenceException(ErrorCode.NOT_FOUND, "the path names no model");
        }
        call.setModel(model);
        message.setHeader(WireRequestProcessor.MODEL, model);
    }
}
