package io.inference.routes.flow;

import io.inference.api.call.Call;
import io.inference.api.call.Operation;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Turns a text into a chat request. Body in: the user's message. Body out: a {@link ChatRequest} to the model in the
 * header {@code InferenceModel}, not streamed, with the property {@value #INSTRUCTION} as system message if it is set.
 */
public class ChatRequestProcessor implements Processor {
    static final String INSTRUCTION = "InferenceInstruction";

    @Override
    public void process(Exchange exchange) {
        String text = exchange.getMessage().getBody(String.class);
        String model = exchange.getMessage().getHeader(RouteHeaders.MODEL, String.class);
        if (text == null || text.isBlank()) {
            throw new InferenceException(ErrorCode.INVALID_REQUEST, "there is no text");
        }
        if (model == null) {
            throw new IllegalStateException("the route names no model: it sets the header InferenceModel");
        }
        List<Message> messages = new ArrayList<>();
        String instruction = exchange.getProperty(INSTRUCTION, String.class);
        if (instruction != null) {
            messages.add(Message.of(Role.SYSTEM, instruction));
        }
        messages.add(Message.of(Role.USER, text));
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        call.setOperation(Operation.CHAT);
        call.setModel(model);
        exchange.getMessage().setHeader("InferenceOperation", Operation.CHAT.label());
        exchange.getMessage()
                .setBody(new ChatRequest(model, messages, Options.DEFAULTS, List.of(), null, null, null, false));
    }
}
