package io.inference.conversation.memory;

/**
 * The messages that a summary covers: all of the log with a number from {@code first} to {@code last}.
 *
 * @param level 1 for a summary of messages, one more for each consolidation; 0 for a stand-in that is not stored
 */
public record Span(int level, long first, long last) {
    public Span {
        if (level < 0 || first > last) {
            throw new IllegalArgumentException("a span of level %d from %d to %d".formatted(level, first, last));
        }
    }

    boolean covers(long number) {
        return first <= number && number <= last;
    }

    boolean overlaps(Span other) {
        return first <= other.last && other.first <= last;
    }
}
