package io.inference.api.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation.
 *
 * @param content its text; empty where there is none
 * @param thinking what the model thought aloud before it answered; null where it did not
 * @param images pictures that belong to the text
 * @param toolCalls calls that an assistant's message makes
 * @param toolCallId the call that a tool's message answers
 * @param name who speaks, or the tool that answers
 */
public record Message(
        Role role,
        String content,
        @Nullable String thinking,
        List<Image> images,
        List<ToolCall> toolCalls,
        @Nullable String toolCallId,
        @Nullable String name) {
    public Message {
        images = List.copyOf(images);
        toolCalls = List.copyOf(toolCalls);
    }

    public static Message of(Role role, String content) {
        return new Message(role, content, null, List.of(), List.of(), null, null);
    }
}
