package io.inference.conversation.summary;

import io.inference.conversation.StoredSummary;
import io.inference.conversation.store.SummaryRows;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Sets the headers that {@code sql/add-conversation-summary.sql} reads. */
final class ConversationSummaryStoreProcessor implements Processor {
    private final SummaryRows rows;

    ConversationSummaryStoreProcessor(SummaryRows rows) {
        this.rows = rows;
    }

    @Override
    public void process(Exchange exchange) {
        SpanSummary summary = exchange.getProperty(SpanSummary.PROPERTY, SpanSummary.class);
        StoredSummary result = summary.result();
        if (result == null) {
            throw new IllegalStateException("a summary is stored after it is made");
        }
        rows.parameters(summary.conversation(), result, summary.lastInstructions())
                .forEach(exchange.getMessage()::setHeader);
    }
}
