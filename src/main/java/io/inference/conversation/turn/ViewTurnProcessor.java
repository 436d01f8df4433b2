package io.inference.conversation.turn;

import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import io.inference.conversation.Conversation;
import io.inference.conversation.ConversationIds;
import io.inference.conversation.Conversations;
import io.inference.conversation.store.Owner;
import io.inference.conversation.store.TurnStore;
import java.time.Instant;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Sets the property {@link Turn#PROPERTY} to the turn that would be next in the conversation that the header
 * {@value BeginTurnProcessor#CONVERSATION} names. It has ended already: it waits for no other turn, holds nothing, and
 * nothing of it is stored.
 */
final class ViewTurnProcessor implements Processor {
    private final Conversations conversations;

    ViewTurnProcessor(Conversations conversations) {
        this.conversations = conversations;
    }

    @Override
    public void process(Exchange exchange) {
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        String wanted = exchange.getMessage().getHeader(BeginTurnProcessor.CONVERSATION, String.class);
        if (caller == null || wanted == null) {
            throw new IllegalStateException("a turn is looked at for a caller and a conversation");
        }
        UUID id = ConversationIds.conversation(wanted).orElseThrow(() -> InferenceException.noSuch("conversation"));
        Conversation found = conversations.find(caller, id);
        var begun = new TurnStore.Begun(found.head(), found.head(), 0, found.updatedAt());
        Turn turn = new Turn(UUID.randomUUID(), Owner.of(caller), id, begun, found.head(), false, Instant.now());
        if (!turn.end()) {
            throw new IllegalStateException("a new turn has ended");
        }
        exchange.setProperty(Turn.PROPERTY, turn);
    }
}
