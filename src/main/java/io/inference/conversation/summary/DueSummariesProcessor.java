package io.inference.conversation.summary;

import io.inference.api.call.Caller;
import io.inference.conversation.ConversationIds;
import io.inference.wire.Json;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Submits what is due after a summary. Body out: JSON about that summary, without its text. */
final class DueSummariesProcessor implements Processor {
    private final DueSummaries due;

    DueSummariesProcessor(DueSummaries due) {
        this.due = due;
    }

    @Override
    public void process(Exchange exchange) {
        SpanSummary summary = exchange.getProperty(SpanSummary.PROPERTY, SpanSummary.class);
        Caller owner = exchange.getProperty(Caller.PROPERTY, Caller.class);
        due.submit(owner, summary.conversation(), summary.task().model());
        exchange.getMessage().setBody(Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("conversation_id", ConversationIds.conversation(summary.conversation()));
            out.writeNumberField("level", summary.level());
            out.writeBooleanField("made", summary.isMade());
            out.writeEndObject();
        }));
    }
}
