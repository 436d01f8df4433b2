package io.inference.conversation.turn;

import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.request.ChatRequest;
import io.inference.conversation.StoredMessage;
import io.inference.conversation.store.MessageRows;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Body in: a chat with the messages of the caller; body out: the same chat with those of the conversation before them.
 * The rows of the conversation are in the header {@value #ROWS}, which is removed. If a job runs again whose answer is
 * stored, body out is that answer.
 */
public final class LoadConversationProcessor implements Processor {
    /** Header with the rows that {@code sql/load-messages.sql} found, or a copy of them. */
    public static final String ROWS = "InferenceStoredMessages";

    /** Property: true if a job that runs again has its answer from the run before, so that no model is asked. */
    static final String ANSWERED = "InferenceAnswerStored";

    private final MessageRows messages;

    LoadConversationProcessor(MessageRows messages) {
        this.messages = messages;
    }

    @Override
    public void process(Exchange exchange) {
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        if (turn == null || !(exchange.getMessage().getBody() instanceof ChatRequest chat)) {
            throw new IllegalStateException("a conversation is loaded for a chat and its turn");
        }
        StoredMessage answer = turn.answer();
        if (answer != null && answer.outcome() != null) {
            exchange.setProperty(ANSWERED, true);
            exchange.getMessage().removeHeader(ROWS);
            exchange.getMessage().setBody(Answers.stored(answer, answer.outcome()));
            return;
        }
        List<Map<String, Object>> rows = rows(exchange.getMessage().removeHeader(ROWS));
        List<Message> stored = rows.stream()
                .map(row -> messages.message(turn.conversation(), row))
                .toList();
        turn.setRows(rows);
        if (stored.isEmpty() && turn.parent() != 0) {
            throw InferenceException.noSuch("message");
        }
        TurnPrompt prompt = TurnPrompt.of(stored, chat.messages());
        if (prompt.prompt().isEmpty()) {
            throw InferenceException.invalid("messages", "'messages' must hold at least one message");
        }
        turn.setMessages(prompt.added());
        exchange.getMessage().setBody(chat.withMessages(prompt.prompt()));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> rows(@Nullable Object header) {
        return header instanceof List<?> rows ? (List<Map<String, Object>>) rows : List.of();
    }
}
