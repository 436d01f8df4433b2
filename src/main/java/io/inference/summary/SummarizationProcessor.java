package io.inference.summary;

import io.inference.api.call.Call;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Writes what is asked of the model. Body in: a {@link SummaryPart}; body out: the chat that asks for its summary. The
 * exchange, a copy that the splitter made, gets a call of its own: a part of the caller's.
 */
final class SummarizationProcessor implements Processor {
    /** Property with the part that is summarized. */
    static final String PART = "InferenceSummaryPart";

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        SummaryPart part = message.getBody(SummaryPart.class);
        exchange.setProperty(PART, part);
        exchange.setProperty(Call.PROPERTY, part.work().begin(part));
        message.setBody(part.work().chat(part));
    }
}
