package io.inference.conversation.summary;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Body out: the request to the flow {@code summarize}, for the model of the conversation. */
final class ConversationSummaryRequestProcessor implements Processor {
    /** Property: words of a summary of messages, about. */
    private static final String WORDS = "InferenceSummaryWords";

    private static final int DEFAULT_WORDS = 150;

    private static final String INSTRUCTIONS = "InferenceSummaryInstructions";
    private static final String MODEL = "InferenceSummaryModel";

    @Override
    public void process(Exchange exchange) {
        SpanSummary summary = exchange.getProperty(SpanSummary.PROPERTY, SpanSummary.class);
        exchange.setProperty(INSTRUCTIONS, summary.instructions());
        exchange.setProperty(MODEL, summary.task().model());
        exchange.getMessage().setBody(summary.request(words(exchange)));
    }

    static int words(Exchange exchange) {
        return exchange.getProperty(WORDS, DEFAULT_WORDS, Integer.class);
    }
}
