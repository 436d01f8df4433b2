package io.inference.conversation.summary;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.conversation.memory.Ledger;
import io.inference.conversation.memory.LogMessage;
import io.inference.conversation.memory.PromptPlan;
import io.inference.conversation.memory.Span;
import io.inference.conversation.memory.Summary;
import io.inference.conversation.memory.TokenCounter;
import io.inference.conversation.store.PathEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Writes the prompt of a chat in a conversation, by {@link PromptPlan}: it fits the model's context, less the tokens of
 * the answer. A conversation that is not summarized and fits is given as it is.
 */
public final class ConversationPrompt {
    /** Tokens of an answer whose request has no limit: at most this share of the context, and this many. */
    private static final int ANSWER_SHARE = 4;

    private static final int MOST_OF_ANSWER = 1024;

    /** Tokens of the answer to come, when it is estimated whether a summary is then due. */
    private static final int USUAL_ANSWER = 256;

    private final MemorySettings settings;
    private final ModelTokens models;
    private final DueSummaries due;

    ConversationPrompt(MemorySettings settings, ModelTokens models, DueSummaries due) {
        this.settings = settings;
        this.models = models;
        this.due = due;
    }

    /**
     * A prompt.
     *
     * @param tokens of it, as they are counted to make it fit
     * @param ledger values of the messages that the stored summaries cover
     * @param summarized messages that are not in it, but in a summary
     * @param isSummaryDue whether a summary will be due once the answer is stored
     */
    public record Written(List<Message> messages, int tokens, Ledger ledger, int summarized, boolean isSummaryDue) {
        public Written {
            messages = List.copyOf(messages);
        }
    }

    /**
     * @param instructions of the system, which come first
     * @param path from the beginning of the conversation to the message before the new ones
     * @param added the new messages, without instructions
     * @param context tokens of the context if the model's backend does not report them
     */
    public Written write(
            ChatRequest chat, List<Message> instructions, List<PathEntry> path, List<Message> added, int context) {
        TokenCounter counter = models.counter(chat.model());
        Log log = new Log(counter);
        path.forEach(log::add);
        List<LogMessage> next = log.next(added);
        PromptPlan plan = plan(chat, instructions, log, next, context, counter);
        List<Message> messages = new ArrayList<>();
        boolean isWhole = plan.summaries().isEmpty();
        if (isWhole) {
            messages.addAll(instructions);
        } else if (!plan.system().isEmpty()) {
            messages.add(Message.of(Role.SYSTEM, plan.system()));
        }
        plan.verbatim().forEach(message -> messages.add(Objects.requireNonNull(log.originals.get(message.number()))));
        List<LogMessage> turn = new ArrayList<>(next);
        long last = next.isEmpty() ? log.last : next.getLast().number();
        turn.add(LogMessage.of(last + 1, Role.ASSISTANT, "", USUAL_ANSWER, Instant.EPOCH));
        List<Span> spans = log.summaries.stream().map(Summary::span).toList();
        return new Written(
                messages,
                plan.tokens(),
                log.ledger,
                log.summarized + plan.summarized(),
                due.isDue(log.messages, spans, turn, chat.model()));
    }

    private PromptPlan plan(
            ChatRequest chat,
            List<Message> instructions,
            Log log,
            List<LogMessage> next,
            int otherwise,
            TokenCounter counter) {
        int context = models.context(chat.model(), chat.options().contextLength(), otherwise);
        Integer asked = chat.options().maxTokens();
        int answer = asked == null ? Math.min(context / ANSWER_SHARE, MOST_OF_ANSWER) : Math.max(asked, 0);
        String system = instructions.stream().map(Message::content).collect(Collectors.joining("\n\n"));
        var conversation = new PromptPlan.Conversation(system, log.messages, next, log.summaries, log.ledger);
        try {
            return plan(conversation, context - answer, counter);
        } catch (InferenceException e) {
            if (e.code() != ErrorCode.CONTEXT_LENGTH_EXCEEDED) {
                throw e;
            }
            // The model decides: its context may be larger, and the count is rather too high.
            return plan(conversation, Integer.MAX_VALUE, counter);
        }
    }

    private PromptPlan plan(PromptPlan.Conversation conversation, int budget, TokenCounter counter) {
        return PromptPlan.of(conversation, budget, settings.ledgerTokens(), settings.rules(), counter);
    }

    /** What a path consists of. */
    private static final class Log {
        private final TokenCounter counter;
        private final List<LogMessage> messages = new ArrayList<>();
        private final List<Summary> summaries = new ArrayList<>();
        private final Map<Long, Message> originals = new HashMap<>();
        private Ledger ledger = Ledger.EMPTY;
        private int summarized;
        private long last;

        Log(TokenCounter counter) {
            this.counter = counter;
        }

        void add(PathEntry entry) {
            last = entry.seq();
            switch (entry) {
                case PathEntry.Covered covered -> {
                    summaries.add(new Summary(covered.span(), covered.text()));
                    ledger = ledger.plus(covered.ledger());
                    summarized += covered.messages();
                }
                case PathEntry.Stored stored -> {
                    if (stored.message().role() != Role.SYSTEM) {
                        originals.put(stored.seq(), stored.message());
                        messages.add(LogMessages.of(stored.seq(), stored.message(), stored.createdAt(), counter));
                    }
                }
            }
        }

        List<LogMessage> next(List<Message> added) {
            List<LogMessage> next = new ArrayList<>();
            for (Message message : added) {
                long number = last + next.size() + 1;
                originals.put(number, message);
                next.add(LogMessages.of(number, message, Instant.now(), counter));
            }
            return next;
        }
    }
}
