package io.inference.conversation.summary;

import io.inference.conversation.store.SummaryRows;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Takes what a summary is made from. The rows are in the header {@value #ROWS}, which is removed. */
final class ConversationSummarySourcesProcessor implements Processor {
    /** Header with the rows that {@code sql/load-summarized.sql} found. */
    static final String ROWS = "InferenceSummarizedRows";

    private final SummaryRows rows;

    ConversationSummarySourcesProcessor(SummaryRows rows) {
        this.rows = rows;
    }

    @Override
    public void process(Exchange exchange) {
        SpanSummary summary = exchange.getProperty(SpanSummary.PROPERTY, SpanSummary.class);
        summary.begin(rows.path(summary.conversation(), exchange.getMessage().removeHeader(ROWS)));
    }
}
