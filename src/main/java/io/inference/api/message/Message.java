package io.inference.api.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation.
 *
 * @param content its text; empty if there is none
 * @param thinking the model's reasoning before the answer; null if there is none
 * @param images pictures that belong to the text
 * @param toolCalls tool calls of an assistant's message
 * @param toolCallId the call that a tool's message answers
 * @param name of the author, or of the tool that answers
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
