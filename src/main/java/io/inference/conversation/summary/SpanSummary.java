package io.inference.conversation.summary;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Usage;
import io.inference.api.message.Role;
import io.inference.api.message.TextTokens;
import io.inference.api.request.SummarizeRequest;
import io.inference.conversation.StoredSummary;
import io.inference.conversation.memory.ExtractiveSummary;
import io.inference.conversation.memory.Ledger;
import io.inference.conversation.memory.LedgerFact;
import io.inference.conversation.memory.LogMessage;
import io.inference.conversation.memory.MemoryPrompts;
import io.inference.conversation.memory.Span;
import io.inference.conversation.memory.Summary;
import io.inference.conversation.memory.TokenCounter;
import io.inference.conversation.memory.literal.SummaryCheck;
import io.inference.conversation.store.PathEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A summary of a span of a conversation while it is made. A draft of the model that has a number or a date that its
 * sources lack is refused, and the model is asked again; after some drafts, sentences of the sources are the summary.
 *
 * <p>The flow {@code summarize-conversation} calls the methods that are public.
 */
public final class SpanSummary {
    /** Exchange property with it. */
    public static final String PROPERTY = "InferenceConversationSummary";

    /** Values of a summary's ledger; more of less importance are left out. */
    private static final int MOST_VALUES = 200;

    private static final int TOKENS_A_WORD = 2;
    private static final TokenCounter ESTIMATE = (role, text) -> TextTokens.estimate(text);

    private final SummaryTask task;
    private final MemorySettings settings;
    private final List<PathEntry> sources = new ArrayList<>();
    private final List<LogMessage> messages = new ArrayList<>();
    private final List<Summary> summaries = new ArrayList<>();
    private int drafts;
    private List<String> refused = List.of();
    private Usage usage = Usage.NONE;
    private @Nullable StoredSummary result;
    private boolean obsolete;
    private boolean searched;
    private List<LedgerFact> stated = List.of();

    SpanSummary(SummaryTask task, MemorySettings settings) {
        this.task = task;
        this.settings = settings;
    }

    SummaryTask task() {
        return task;
    }

    public UUID conversation() {
        return task.conversation();
    }

    public int level() {
        return task.span().level();
    }

    public long first() {
        return task.span().first();
    }

    public long last() {
        return task.span().last();
    }

    public long deletions() {
        return task.deletions();
    }

    /** Whether the model is to be asked. */
    public boolean isUnfinished() {
        return result == null && !obsolete;
    }

    /** Whether there is a summary to store. */
    public boolean isMade() {
        return result != null;
    }

    /** Whether a model is to be asked for values of the messages, beside those that are found by their form. */
    public boolean isSearched() {
        return settings.modelFindsValues() && result != null && !searched && !messages.isEmpty();
    }

    /** The messages that it covers, if it is not made of summaries. */
    public List<LogMessage> messages() {
        return List.copyOf(messages);
    }

    /**
     * Adds what a model found in the messages; there is no further search.
     *
     * @param tokens used for it
     */
    public void add(List<LedgerFact> facts, Usage tokens) {
        StoredSummary made = Objects.requireNonNull(result);
        searched = true;
        stated = List.copyOf(facts);
        usage = usage.plus(tokens);
        finish(made.text(), made.isExtractive(), made.model());
    }

    /**
     * Takes the sources. If they are not those from which it was to be made, because there is a summary of them or a
     * message was deleted, none is made.
     */
    void begin(List<PathEntry> path) {
        sources.addAll(path);
        messages.addAll(LogMessages.of(path, ESTIMATE));
        covered().forEach(source -> summaries.add(new Summary(source.span(), source.text())));
        boolean ofMessages = level() == 1;
        obsolete = ofMessages ? messages.isEmpty() || !summaries.isEmpty() : summaries.isEmpty() || !messages.isEmpty();
        if (!obsolete && summaries.size() == 1) {
            PathEntry.Covered only = covered().getFirst();
            finish(only.text(), only.isExtractive(), only.model());
        }
    }

    /** @param words of a summary of messages, about; one of summaries may have twice as many */
    SummarizeRequest request(int words) {
        String text =
                level() == 1 ? MemoryPrompts.messages(messages) : MemoryPrompts.summaries(summaries, settings.rules());
        return new SummarizeRequest("", text, List.of(), SummarizeRequest.Style.PARAGRAPH, words(words), false);
    }

    private int words(int words) {
        return level() == 1 ? words : 2 * words;
    }

    /** What follows SUMMARY_SYSTEM_PROMPT in the system's message; empty for nothing. */
    String instructions() {
        String instructions = level() == 1 ? "" : settings.consolidationPrompt();
        if (refused.isEmpty()) {
            return instructions;
        }
        return instructions + (instructions.isEmpty() ? "" : "\n\n")
                + "The text does not contain these values, so the summary must not contain them: "
                + String.join(", ", refused);
    }

    /**
     * Takes a draft, or refuses it.
     *
     * @param most drafts after which sentences of the sources are taken
     * @param words as in {@link #request}
     */
    void draft(ChatAnswer.Whole answer, int most, int words) {
        String text = answer.choices().isEmpty()
                ? ""
                : answer.choices().getFirst().message().content().strip();
        usage = usage.plus(answer.usage());
        drafts++;
        refused = SummaryCheck.unsupported(text, texts());
        if (!text.isEmpty() && refused.isEmpty()) {
            finish(text, false, answer.model());
        } else if (drafts >= most) {
            extract(words);
        }
    }

    /** Makes it of sentences of its sources. */
    void extract(int words) {
        finish(ExtractiveSummary.of(texts(), words(words) * TOKENS_A_WORD, ESTIMATE), true, null);
    }

    private List<String> texts() {
        return level() == 1
                ? messages.stream().map(MemoryPrompts::line).toList()
                : summaries.stream().map(Summary::text).toList();
    }

    private void finish(String text, boolean extractive, @Nullable String model) {
        List<Span> spans = summaries.stream().map(Summary::span).toList();
        int count = messages.size()
                + covered().stream().mapToInt(PathEntry.Covered::messages).sum();
        result = new StoredSummary(
                task.span(),
                count,
                spans,
                text,
                ledger(),
                extractive,
                model,
                usage.promptTokens(),
                usage.completionTokens(),
                Instant.now());
    }

    private Ledger ledger() {
        Ledger ledger = Ledger.of(messages).with(stated);
        for (PathEntry.Covered source : covered()) {
            ledger = ledger.plus(source.ledger());
        }
        return ledger.limited(MOST_VALUES);
    }

    private List<PathEntry.Covered> covered() {
        return PathEntry.covered(sources);
    }

    @Nullable
    StoredSummary result() {
        return result;
    }

    /** Numbers of the last instructions among what it covers. */
    List<Long> lastInstructions() {
        List<Long> last = new ArrayList<>();
        boolean continues = false;
        for (PathEntry entry : sources) {
            switch (entry) {
                case PathEntry.Covered covered -> {
                    if (!covered.instructions().isEmpty()) {
                        last = new ArrayList<>(covered.instructions());
                    }
                    continues = false;
                }
                case PathEntry.Stored stored
                when stored.message().role() == Role.SYSTEM -> {
                    if (!continues) {
                        last.clear();
                    }
                    last.add(stored.seq());
                    continues = true;
                }
                case PathEntry.Stored other -> continues = false;
            }
        }
        return last;
    }
}
