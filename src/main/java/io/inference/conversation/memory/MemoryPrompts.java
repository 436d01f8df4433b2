package io.inference.conversation.memory;

import java.util.List;
import java.util.Locale;

/** Texts that are given to the model that summarizes a conversation: data, to be put between marks. */
public final class MemoryPrompts {
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
    public static String line(LogMessage message) {
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
