package io.inference.summary;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** After the model has refused a part as too long: the part is cut, and its pieces are summarized instead. */
final class SummaryCutProcessor implements Processor {
    @Override
    public void process(Exchange exchange) {
        SummaryPart part = exchange.getProperty(SummarizationProcessor.PART, SummaryPart.class);
        part.work().cutSmaller(part);
        exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
    }
}
