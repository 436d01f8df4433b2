package io.inference.conversation;

import io.inference.api.message.Message;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message to store.
 *
 * @param outcome of the answer that it is; null for a message that no model wrote
 */
public record NewMessage(Message message, @Nullable Outcome outcome, Instant createdAt) {}
