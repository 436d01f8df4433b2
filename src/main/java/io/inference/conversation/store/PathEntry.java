package io.inference.conversation.store;

import io.inference.api.message.Message;
import io.inference.conversation.memory.Ledger;
import io.inference.conversation.memory.Span;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step on the way from the beginning of a conversation to one of its messages: a message, or a summary of some. */
public sealed interface PathEntry {
    /** Number of the message; of a summary, of the last one that it covers. */
    long seq();

    /** The summaries of a path. */
    static List<Covered> covered(List<PathEntry> path) {
        return path.stream()
                .filter(Covered.class::isInstance)
                .map(Covered.class::cast)
                .toList();
    }

    /** A message of the log. */
    record Stored(long seq, Message message, Instant createdAt) implements PathEntry {}

    /**
     * A summary in place of the messages that it covers.
     *
     * @param messages how many they are, without instructions
     * @param instructions numbers of the last instructions among them; as far as they were read
     * @param isExtractive as far as it was read
     * @param model null if no model wrote it
     */
    record Covered(
            Span span,
            int messages,
            String text,
            Ledger ledger,
            List<Long> instructions,
            boolean isExtractive,
            @Nullable String model)
            implements PathEntry {
        public Covered {
            instructions = List.copyOf(instructions);
        }

        @Override
        public long seq() {
            return span.last();
        }
    }
}
