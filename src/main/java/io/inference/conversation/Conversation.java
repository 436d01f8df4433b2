package io.inference.conversation;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * A stored conversation, without its messages.
 *
 * @param title empty if it has none
 * @param metadata the owner's own pairs
 * @param updatedAt when it last got a message, or a title or metadata
 * @param head number of the message that the next turn follows; 0 for the beginning
 * @param messages how many it has, in all branches
 */
public record Conversation(
        UUID id,
        String title,
        Map<String, String> metadata,
        Instant createdAt,
        Instant updatedAt,
        long head,
        int messages) {
    public Conversation {
        metadata = Map.copyOf(metadata);
    }
}
