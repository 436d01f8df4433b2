package io.inference.conversation.summary;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.call.Operation;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.conversation.ConversationIds;
import io.inference.conversation.StoredSummary;
import io.inference.conversation.store.SummaryRows;
import io.inference.wire.Json;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of {@code summarize-conversation.camel.yaml}. */
final class SummarySteps {
    /** Header with the rows that {@code sql/load-summarized.sql} found. */
    static final String ROWS = "InferenceSummarizedRows";

    /** Property: words of a summary of messages, about. */
    static final String WORDS = "InferenceSummaryWords";

    /** Property: drafts of the model that may be refused. */
    static final String DRAFTS = "InferenceSummaryDrafts";

    /** Property: runs after which a failure of the model does not count any more. */
    static final String RUNS = "InferenceSummaryRuns";

    private static final Logger log = LoggerFactory.getLogger(SummarySteps.class);
    private static final String INSTRUCTIONS = "InferenceSummaryInstructions";
    private static final String MODEL = "InferenceSummaryModel";
    private static final String ATTEMPT = "InferenceJobAttempt";
    private static final int DEFAULT_WORDS = 150;
    private static final int DEFAULT_DRAFTS = 2;
    private static final int DEFAULT_RUNS = 3;

    private final MemorySettings settings;
    private final DueSummaries due;

    SummarySteps(MemorySettings settings, DueSummaries due) {
        this.settings = settings;
        this.due = due;
    }

    /** Body in: the payload of the task. Sets the property {@link SpanSummary#PROPERTY}. */
    void begin(Exchange exchange) {
        SummaryTask task = SummaryTask.read(exchange.getMessage().getBody(byte[].class));
        exchange.setProperty(SpanSummary.PROPERTY, new SpanSummary(task, settings));
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        call.setOperation(Operation.SUMMARIZE);
        call.setConversation(ConversationIds.conversation(task.conversation()));
        call.setCaller(caller(exchange).subject());
    }

    /** Takes the rows of the sources. */
    void plan(Exchange exchange) {
        summary(exchange).begin(SummaryRows.path(exchange.getMessage().removeHeader(ROWS)));
    }

    /** Body out: the request about the sources. */
    void ask(Exchange exchange) {
        SpanSummary summary = summary(exchange);
        exchange.setProperty(INSTRUCTIONS, summary.instructions());
        exchange.setProperty(MODEL, summary.task().model());
        exchange.getMessage().setBody(summary.request(words(exchange)));
    }

    /** Body in: the model's answer, which is checked. */
    void check(Exchange exchange) {
        if (!(exchange.getMessage().getBody() instanceof ChatAnswer.Whole answer)) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route ended without a summary");
        }
        summary(exchange).draft(answer, exchange.getProperty(DRAFTS, DEFAULT_DRAFTS, Integer.class), words(exchange));
    }

    /** The model has failed: the task is tried again later, or done without it. */
    void fail(Exchange exchange) {
        InferenceException failure =
                InferenceException.of(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        ErrorCode.Disposition disposition = failure.code().disposition();
        boolean isLast = exchange.getMessage().getHeader(ATTEMPT, 1, Integer.class)
                >= exchange.getProperty(RUNS, DEFAULT_RUNS, Integer.class);
        boolean isTried = disposition == ErrorCode.Disposition.RETRY && !isLast
                || disposition == ErrorCode.Disposition.RETRY_LATER
                || disposition == ErrorCode.Disposition.CANCEL;
        if (isTried || exchange.getProperty(Call.PROPERTY, Call.class).cancelled() != null) {
            throw failure;
        }
        log.info(
                "sentences of the conversation {} stand in place of a summary: {}",
                ConversationIds.conversation(summary(exchange).conversation()),
                failure.code().reason());
        summary(exchange).extract(words(exchange));
    }

    /** Sets the headers that {@code sql/add-conversation-summary.sql} reads. */
    void land(Exchange exchange) {
        SpanSummary summary = summary(exchange);
        StoredSummary result = summary.result();
        if (result == null) {
            throw new IllegalStateException("a summary is stored after it is made");
        }
        Message message = exchange.getMessage();
        SummaryRows.parameters(result, summary.lastInstructions()).forEach(message::setHeader);
    }

    /** Submits what is due now. Body out: JSON about the summary, without its text. */
    void next(Exchange exchange) {
        SpanSummary summary = summary(exchange);
        due.submit(caller(exchange), summary.conversation(), summary.task().model());
        StoredSummary result = summary.result();
        exchange.getMessage().setBody(Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("conversation_id", ConversationIds.conversation(summary.conversation()));
            out.writeNumberField("level", summary.level());
            out.writeBooleanField("made", result != null);
            out.writeEndObject();
        }));
    }

    private static int words(Exchange exchange) {
        return exchange.getProperty(WORDS, DEFAULT_WORDS, Integer.class);
    }

    private static Caller caller(Exchange exchange) {
        return exchange.getProperty(Caller.PROPERTY, Caller.class);
    }

    private static SpanSummary summary(Exchange exchange) {
        SpanSummary summary = exchange.getProperty(SpanSummary.PROPERTY, SpanSummary.class);
        if (summary == null) {
            throw new IllegalStateException("a summary is begun by its task");
        }
        return summary;
    }
}
