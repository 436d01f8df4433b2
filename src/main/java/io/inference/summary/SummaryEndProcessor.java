package io.inference.summary;

import io.inference.api.call.Call;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * The request about a part has ended. If the model refused the part as too long, the part is cut. After any other
 * failure the summary fails, and the requests about other parts are cancelled.
 */
final class SummaryEndProcessor implements Processor {
    @Override
    public void process(Exchange exchange) {
        SummaryPart part = exchange.getProperty(SummarizationProcessor.PART, SummaryPart.class);
        if (part != null) {
            // This property also has failures after which another backend has answered.
            Throwable caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
            part.work().ended(part, exchange.getProperty(Call.PROPERTY, Call.class), caught);
        }
    }
}
