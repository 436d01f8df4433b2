package io.inference.conversation.memory;

import java.util.List;

/**
 * A summary that is to be made.
 *
 * @param span what it will cover
 * @param sources the summaries that it consolidates, oldest first; empty if it is made from messages
 */
public record DueSummary(Span span, List<Span> sources) {
    public DueSummary {
        sources = List.copyOf(sources);
    }

    /**
     * The same for the same level and messages, whichever replica asks and whenever: at most one summary of a key may
     * be made.
     */
    public String key() {
        return span.level() + ":" + span.first() + "-" + span.last();
    }
}
