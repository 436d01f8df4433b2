package io.inference.conversation;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to change of a conversation.
 *
 * @param title null to leave it
 * @param metadata all pairs that it is to have; null to leave them
 */
public record ConversationChange(
        @Nullable String title, @Nullable Map<String, String> metadata) {}
