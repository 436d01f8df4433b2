package io.inference.conversation.summary;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Body in: a draft of the model, which is taken or refused. */
final class ConversationSummaryCheckProcessor implements Processor {
    /** Property: drafts that may be refused. */
    static final String DRAFTS = "InferenceSummaryDrafts";

    private static final int DEFAULT_DRAFTS = 2;

    @Override
    public void process(Exchange exchange) {
        if (!(exchange.getMessage().getBody() instanceof ChatAnswer.Whole answer)) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route ended without a summary");
        }
        SpanSummary summary = exchange.getProperty(SpanSummary.PROPERTY, SpanSummary.class);
        summary.draft(
                answer,
                exchange.getProperty(DRAFTS, DEFAULT_DRAFTS, Integer.class),
                ConversationSummaryRequestProcessor.words(exchange));
    }
}
