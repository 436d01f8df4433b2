package io.inference.conversation.summary;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.call.Operation;
import io.inference.conversation.ConversationIds;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Begins a summary. Body in: the payload of its task. Sets the property {@link SpanSummary#PROPERTY}. */
final class ConversationSummaryTaskProcessor implements Processor {
    private final MemorySettings settings;

    ConversationSummaryTaskProcessor(MemorySettings settings) {
        this.settings = settings;
    }

    @Override
    public void process(Exchange exchange) {
        SummaryTask task = SummaryTask.read(exchange.getMessage().getBody(byte[].class));
        exchange.setProperty(SpanSummary.PROPERTY, new SpanSummary(task, settings));
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        call.setOperation(Operation.SUMMARIZE);
        call.setConversation(ConversationIds.conversation(task.conversation()));
        call.setCaller(exchange.getProperty(Caller.PROPERTY, Caller.class).subject());
    }
}
