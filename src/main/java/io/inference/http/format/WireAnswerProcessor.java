package io.inference.http.format;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.Unsupported;
import io.inference.routes.door.ConversationFields;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Writes a flow's answer in the wire format of the request that {@link WireRequestProcessor} read. */
public final class WireAnswerProcessor implements Processor {
    @Override
    public void process(Exchange exchange) {
        WireRequest<?> wire = exchange.getProperty(WireRequestProcessor.WIRE_REQUEST, WireRequest.class);
        if (wire == null) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route writes an answer but read no request");
        }
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (!call.dropped().isEmpty()) {
            exchange.getMessage().setHeader(Unsupported.DROPPED_HEADER, String.join(", ", call.dropped()));
        }
        ConversationFields.checkStored(exchange.getMessage(), call.conversation());
        exchange.getMessage().setBody(wire.answer(exchange.getMessage().getBody(), call));
    }
}
