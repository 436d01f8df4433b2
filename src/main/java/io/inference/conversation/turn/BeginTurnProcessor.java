package io.inference.conversation.turn;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.conversation.ConversationIds;
import io.inference.conversation.store.Owner;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Begins a turn of the conversation that the header {@value #CONVERSATION} names, after the turn before, or of a new
 * one: sets the property {@link Turn#PROPERTY}. A turn that is not stored ends with its exchange.
 */
final class BeginTurnProcessor extends SynchronizationAdapter implements Processor {
    /** Header with the id of a conversation, or {@link ConversationIds#NEW}. */
    static final String CONVERSATION = "InferenceConversationId";

    /** Header with the id of the message to follow, or {@link ConversationIds#ROOT}; without it, the newest one. */
    static final String PARENT = "InferenceParentMessageId";

    /** Header of jobs, which may run more than once; the call has the id of its job. */
    private static final String JOB = "InferenceJobTask";

    private final Turns turns;

    BeginTurnProcessor(Turns turns) {
        this.turns = turns;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        String wanted = message.getHeader(CONVERSATION, String.class);
        if (caller == null || wanted == null) {
            throw new IllegalStateException("a turn is begun for a caller and a conversation");
        }
        if (message.getBody() instanceof ChatRequest chat && chat.options().choices() > 1) {
            throw InferenceException.unsupported("n", "'n' must be 1 in a conversation: it has one answer");
        }
        Turn turn = begin(
                Owner.of(caller),
                wanted,
                message.getHeader(PARENT, String.class),
                message.getHeader(JOB) != null,
                exchange.getProperty(Call.PROPERTY, Call.class));
        exchange.setProperty(Turn.PROPERTY, turn);
        message.setHeader(CONVERSATION, ConversationIds.conversation(turn.conversation()));
        exchange.getExchangeExtension().addOnCompletion(this);
    }

    @Override
    public void onDone(Exchange exchange) {
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        if (turn != null && turn.abandon()) {
            turns.release(turn);
        }
    }

    private Turn begin(Owner owner, String wanted, @Nullable String parent, boolean isJob, Call call) {
        if (wanted.equals(ConversationIds.NEW)) {
            if (parent != null && !parent.equals(ConversationIds.ROOT)) {
                throw InferenceException.invalid(
                        "parent_message_id", "a new conversation has no message for 'parent_message_id'");
            }
            return isJob ? turns.beginJob(owner, null, null, call, call.id()) : turns.create(owner);
        }
        UUID id = ConversationIds.conversation(wanted).orElseThrow(() -> InferenceException.noSuch("conversation"));
        Long follows = parent == null ? null : Long.valueOf(parent(id, parent));
        return isJob ? turns.beginJob(owner, id, follows, call, call.id()) : turns.begin(owner, id, follows, call);
    }

    private static long parent(UUID conversation, String text) {
        return text.equals(ConversationIds.ROOT)
                ? 0
                : ConversationIds.message(conversation, text)
                        .orElseThrow(
                                () -> new InferenceException(ErrorCode.NOT_FOUND, "there is no message of that id"));
    }
}
