package io.inference.conversation.memory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A literal value of a conversation and where it comes from.
 *
 * @param kind what it is, such as {@code date}
 * @param label the words that say what the value is of, such as {@code budget}; empty if none were found
 * @param value as it was written
 * @param message number of the message
 * @param at time of the message
 * @param supersededBy number of the message that corrected it; null while it holds
 */
public record LedgerFact(
        String kind,
        String label,
        String value,
        long message,
        Instant at,
        @Nullable Long supersededBy) {
    /** Whether no later message has corrected it. */
    public boolean holds() {
        return supersededBy == null;
    }

    LedgerFact superseded(long by) {
        return new LedgerFact(kind, label, value, message, at, by);
    }
}
