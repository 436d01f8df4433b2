package io.inference.conversation.summary;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.conversation.ConversationIds;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The model has failed: the task is tried again later, or if there is no use in that, done without it. */
final class ConversationSummaryFailureProcessor implements Processor {
    /** Property: runs of a task in which the model may fail. */
    static final String RUNS = "InferenceSummaryRuns";

    private static final Logger log = LoggerFactory.getLogger(ConversationSummaryFailureProcessor.class);
    private static final String ATTEMPT = "InferenceJobAttempt";
    private static final int DEFAULT_RUNS = 3;

    @Override
    public void process(Exchange exchange) {
        InferenceException failure =
                InferenceException.of(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        if (isTriedLater(failure.code().disposition(), exchange)
                || exchange.getProperty(Call.PROPERTY, Call.class).cancelled() != null) {
            throw failure;
        }
        SpanSummary summary = exchange.getProperty(SpanSummary.PROPERTY, SpanSummary.class);
        log.info(
                "sentences of the conversation {} stand in place of a summary: {}",
                ConversationIds.conversation(summary.conversation()),
                failure.code().reason());
        summary.extract(ConversationSummaryRequestProcessor.words(exchange));
    }

    private static boolean isTriedLater(ErrorCode.Disposition disposition, Exchange exchange) {
        boolean isLast = exchange.getMessage().getHeader(ATTEMPT, 1, Integer.class)
                >= exchange.getProperty(RUNS, DEFAULT_RUNS, Integer.class);
        return switch (disposition) {
            case RETRY -> !isLast;
            case RETRY_LATER, CANCEL -> true;
            case REJECT, REPORT -> false;
        };
    }
}
