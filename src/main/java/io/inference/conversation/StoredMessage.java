package io.inference.conversation;

import io.inference.api.message.Message;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message of a stored conversation.
 *
 * @param seq its number in the conversation, from 1; greater than those of all earlier messages
 * @param parent number of the message that it follows; 0 for the beginning
 * @param outcome of the answer that it is; null for a message that no model wrote
 */
public record StoredMessage(
        UUID conversation,
        long seq,
        long parent,
        Message message,
        @Nullable Outcome outcome,
        Instant createdAt) {}
