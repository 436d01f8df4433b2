package io.inference.conversation.values;

import io.inference.api.error.InferenceException;
import io.inference.conversation.ConversationIds;
import io.inference.conversation.summary.SpanSummary;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model has failed: the search ends, and the summary is stored with what was found so far. If the work is
 * cancelled, the summary is made again later.
 */
final class ValuesFailureProcessor implements Processor {
    private static final Logger log = LoggerFactory.getLogger(ValuesFailureProcessor.class);

    @Override
    public void process(Exchange exchange) {
        SpanValues values = exchange.getProperty(ValuesRequestProcessor.PROPERTY, SpanValues.class);
        values.whole().throwIfCancelled();
        SpanSummary summary = exchange.getProperty(SpanSummary.PROPERTY, SpanSummary.class);
        log.info(
                "no model looks for values in the messages {} to {} of the conversation {}: {}",
                summary.first(),
                summary.last(),
                ConversationIds.conversation(summary.conversation()),
                InferenceException.of(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class))
                        .code()
                        .reason());
        values.giveUp();
    }
}
