package io.inference.conversation.summary;

import io.inference.api.call.BackgroundTasks;
import io.inference.api.call.Caller;
import io.inference.conversation.memory.LogMessage;
import io.inference.conversation.memory.Span;
import io.inference.conversation.memory.SummaryPlan;
import io.inference.conversation.store.PathEntry;
import io.inference.conversation.store.SummaryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Submits the summaries of conversations that are due, as background tasks. Which ones are due depends on what is
 * stored alone, and a task of the same summary is submitted once, so any replica may look, at any time and more than
 * once. What is missed, because the database is unavailable or the process ends, is found after the next turn.
 */
public final class DueSummaries {
    private static final Logger log = LoggerFactory.getLogger(DueSummaries.class);

    /** Name of the task, and with {@code -} of its flow. */
    private static final String TASK = "summarize_conversation";

    /** Of a conversation without summaries that is long already; each one that is made submits further ones. */
    private static final int MOST_AT_ONCE = 4;

    /** Of a model whose backend does not report it. */
    private static final int CONTEXT = 8192;

    private final SummaryStore store;
    private final MemorySettings settings;
    private final ModelTokens models;
    private final Supplier<BackgroundTasks> tasks;

    DueSummaries(SummaryStore store, MemorySettings settings, ModelTokens models, Supplier<BackgroundTasks> tasks) {
        this.store = store;
        this.settings = settings;
        this.models = models;
        this.tasks = tasks;
    }

    /**
     * Submits what is due, on a thread of its own: the caller's answer does not wait for it.
     *
     * @param model that answers in the conversation; null for that of its newest answer
     */
    public void submitLater(Caller owner, UUID conversation, @Nullable String model) {
        Thread unused = Thread.ofVirtual().name("due-summaries").start(() -> {
            try {
                submit(owner, conversation, model);
            } catch (RuntimeException e) {
                log.debug("summaries of {} are looked for after its next turn: {}", conversation, e.getMessage());
            }
        });
    }

    void submit(Caller owner, UUID conversation, @Nullable String asked) {
        SummaryStore.Standing standing = store.standing(
                        conversation, settings.rules().keepRecentMessages())
                .orElse(null);
        // Without an answer it is not known which model summarizes it; after the next turn it is.
        if (standing == null || standing.model().isEmpty()) {
            return;
        }
        String model = asked == null ? standing.model() : asked;
        List<LogMessage> messages = LogMessages.of(standing.path(), models.counter(model));
        List<Span> spans = PathEntry.covered(standing.path()).stream()
                .map(PathEntry.Covered::span)
                .toList();
        SummaryPlan.due(messages, spans, settings.rules(), context(model)).stream()
                .limit(MOST_AT_ONCE)
                .map(due -> new SummaryTask(conversation, due.span(), standing.deletions(), model))
                .forEach(task -> tasks.get().submit(owner, TASK, task.key(), task.write()));
    }

    /**
     * Whether a further turn makes a summary due, without asking the database.
     *
     * @param path before the turn
     * @param added messages of the turn
     */
    boolean isDue(List<LogMessage> path, List<Span> spans, List<LogMessage> added, String model) {
        List<LogMessage> all = new ArrayList<>(path);
        all.addAll(added);
        return !SummaryPlan.due(all, spans, settings.rules(), context(model)).isEmpty();
    }

    private int context(String model) {
        return models.context(model, null, CONTEXT);
    }
}
