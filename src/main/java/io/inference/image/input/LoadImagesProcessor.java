package io.inference.image.input;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.ImageRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Loads the pictures that a chat or an edit names. Any other body stays as it is. */
final class LoadImagesProcessor implements Processor {
    private final RequestImages images;

    LoadImagesProcessor(RequestImages images) {
        this.images = images;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        switch (message.getBody()) {
            case ChatRequest chat
            when RequestImages.hasUrls(chat) ->
                message.setBody(images.of(caller(exchange), call(exchange)).load(chat));
            case ImageRequest request
            when request.isEdit() ->
                message.setBody(images.of(caller(exchange), call(exchange)).load(request));
            case null, default -> {}
        }
    }

    private static Call call(Exchange exchange) {
        return exchange.getProperty(Call.PROPERTY, Call.class);
    }

    private static Caller caller(Exchange exchange) {
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        if (caller == null) {
            throw new InferenceException(ErrorCode.UNAUTHENTICATED, "the request has no caller");
        }
        return caller;
    }
}
