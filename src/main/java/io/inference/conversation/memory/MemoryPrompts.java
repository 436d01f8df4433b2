package io.inference.conversation.memory;

import java.util.List;
import java.util.Locale;

/** Texts that are given to the model that summarizes a conversation: data, to be put between marks. */
public final class MemoryPrompts {
    /** What is asked for a master, or another consolidation, by default. */
    public static final String CONSOLIDATION = """
            Make one summary of the summaries below, which cover consecutive parts of one conversation, oldest first. \
            Each has an importance from 0 to 1: give a part with a lower importance fewer words, but carry all \
            numbers, dates, names, paths, addresses and ids forward exactly as they are written. If a later part \
            corrects an earlier one, state the corrected value and when it was corrected. Do not add anything.""";

    private MemoryPrompts() {}

    /** Messages to summarize, each with its number and its role. */
    public static String messages(List<LogMessage> messages) {
        StringBuilder text = new StringBuilder();
        for (LogMessage message : messages) {
            text.append(text.isEmpty() ? "" : "\n\n").append(line(message));
        }
        return text.toString();
    }

    /** A message as a line of a transcript. */
    static String line(LogMessage message) {
        return message.role().label() + ": " + message.text();
    }

    /** Summaries to consolidate, oldest first, each with what it covers and its importance. */
    public static String summaries(List<Summary> sources, MemoryRules rules) {
        StringBuilder text = new StringBuilder();
        for (Summary source : sources) {
            Span span = source.span();
            text.append(text.isEmpty() ? "" : "\n\n")
                    .append(String.format(
                            Locale.ROOT,
                            "Summary of messages %d to %d, importance %.2f:%n",
                            span.first(),
                            span.last(),
                            rules.weight(span.level())))
                    .append(source.text());
        }
        return text.toString();
    }
}
