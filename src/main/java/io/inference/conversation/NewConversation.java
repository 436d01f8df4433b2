package io.inference.conversation;

import io.inference.api.message.Message;
import java.util.List;
import java.util.Map;

/**
 * A conversation to begin.
 *
 * @param title empty for none: its first user's message gives it one
 * @param messages its first ones; may be empty
 */
public record NewConversation(String title, Map<String, String> metadata, List<Message> messages) {
    public NewConversation {
        metadata = Map.copyOf(metadata);
        messages = List.copyOf(messages);
    }
}
