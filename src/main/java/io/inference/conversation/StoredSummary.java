package io.inference.conversation;

import io.inference.conversation.memory.Ledger;
import io.inference.conversation.memory.Span;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A summary of some messages of a conversation.
 *
 * @param span the messages, back from the last one to the first one by their parents
 * @param messages how many they are, without instructions
 * @param sources the summaries that it was made from; empty if it was made from the messages
 * @param ledger values of the messages that are kept literally
 * @param isExtractive whether it consists of sentences of the messages, because the model's summaries were refused
 * @param model null if no model wrote it
 * @param promptTokens tokens that the model read to make it
 * @param completionTokens tokens that the model wrote
 */
public record StoredSummary(
        Span span,
        int messages,
        List<Span> sources,
        String text,
        Ledger ledger,
        boolean isExtractive,
        @Nullable String model,
        int promptTokens,
        int completionTokens,
        Instant createdAt) {
    public StoredSummary {
        sources = List.copyOf(sources);
    }

    /** Without the text. */
    @Override
    public String toString() {
        return "summary " + span;
    }
}
