package io.inference.summary;

import io.inference.api.call.Call;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** The request about a part has ended. If it failed, the summary fails, and the other requests are cancelled. */
final class SummaryEndProcessor implements Processor {
    @Override
    public void process(Exchange exchange) {
        SummaryPart part = exchange.getProperty(SummarizationProcessor.PART, SummaryPart.class);
        if (part != null) {
            part.work()
                    .ended(
                            exchange.getProperty(Call.PROPERTY, Call.class),
                            exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        }
    }
}
