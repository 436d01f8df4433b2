package io.inference.conversation.turn;

import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.conversation.StoredMessage;
import io.inference.conversation.WrittenPrompt;
import io.inference.conversation.store.PathEntry;
import io.inference.conversation.store.SummaryRows;
import io.inference.conversation.summary.ConversationPrompt;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Body in: a chat with the messages of the caller; body out: the same chat with those of the conversation before them,
 * the older ones as summaries. The rows of the conversation are in the header {@value #ROWS}, which is removed. If a
 * job runs again whose answer is stored, body out is that answer.
 */
public final class LoadConversationProcessor implements Processor {
    /** Header with the rows that {@code sql/load-messages.sql} found, or a copy of them. */
    public static final String ROWS = "InferenceStoredMessages";

    /** Property: true if a job that runs again has its answer from the run before, so that no model is asked. */
    static final String ANSWERED = "InferenceAnswerStored";

    /** Property: tokens of the context of a model whose backend does not report them. */
    static final String CONTEXT = "InferenceConversationContext";

    private static final int DEFAULT_CONTEXT = 8192;

    /** In place of a summary, so that instructions before it and after it are not taken together. */
    private static final Message SUMMARY = Message.of(Role.ASSISTANT, "");

    private final ConversationPrompt prompts;
    private final SummaryRows entries;

    LoadConversationProcessor(ConversationPrompt prompts, SummaryRows entries) {
        this.prompts = prompts;
        this.entries = entries;
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
        List<PathEntry> read = turn.takeRead(rows);
        List<PathEntry> path = read == null ? entries.path(turn.conversation(), rows) : read;
        turn.setRows(rows);
        if (path.isEmpty() && turn.parent() != 0) {
            throw InferenceException.noSuch("message");
        }
        TurnPrompt prompt = TurnPrompt.of(messages(path), chat.messages());
        ConversationPrompt.Written written = prompts.write(
                chat,
                prompt.instructions(),
                path,
                prompt.rest(),
                exchange.getProperty(CONTEXT, DEFAULT_CONTEXT, Integer.class));
        if (written.messages().isEmpty() && !turn.hasEnded()) {
            throw InferenceException.invalid("messages", "'messages' must hold at least one message");
        }
        turn.setMessages(prompt.added());
        turn.setMemory(new Turn.Memory(
                exchange.getProperty(Caller.PROPERTY, Caller.class),
                chat.model(),
                written.summarized(),
                written.isSummaryDue()));
        exchange.setProperty(
                WrittenPrompt.PROPERTY,
                new WrittenPrompt(
                        turn.conversation(), turn.parent(), written.tokens(), written.ledger(), written.summarized()));
        exchange.getMessage().setBody(chat.withMessages(written.messages()));
    }

    /** The messages in their order; a summary is where it begins and where it ends. */
    private static List<Message> messages(List<PathEntry> path) {
        SortedMap<Long, Message> messages = new TreeMap<>();
        for (PathEntry entry : path) {
            switch (entry) {
                case PathEntry.Stored stored -> messages.put(stored.seq(), stored.message());
                case PathEntry.Covered covered -> {
                    messages.put(covered.span().first(), SUMMARY);
                    messages.put(covered.span().last(), SUMMARY);
                }
            }
        }
        return List.copyOf(messages.values());
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> rows(@Nullable Object header) {
        return header instanceof List<?> rows ? (List<Map<String, Object>>) rows : List.of();
    }
}
