package io.inference.conversation.values;

import io.inference.api.call.Call;
import io.inference.conversation.summary.SpanSummary;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** A request for values has ended: the call is that of the summary again. After the last one they are added to it. */
final class ValuesEndProcessor implements Processor {
    @Override
    public void process(Exchange exchange) {
        SpanValues values = exchange.getProperty(ValuesRequestProcessor.PROPERTY, SpanValues.class);
        exchange.setProperty(Call.PROPERTY, values.whole());
        if (!values.isUnfinished()) {
            values.addTo(exchange.getProperty(SpanSummary.PROPERTY, SpanSummary.class));
        }
    }
}
