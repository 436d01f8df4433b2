package io.inference.api.message;

import java.util.ArrayList;
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
 * @param parts the content as a list of parts, if its author wrote one; {@code content} and {@code images} hold what
 *     of it is text and pictures
 * @param extras other fields; {@code role} is the author's role if it has more than one name
 */
public record Message(
        Role role,
        String content,
        @Nullable String thinking,
        List<Image> images,
        List<ToolCall> toolCalls,
        @Nullable String toolCallId,
        @Nullable String name,
        List<ContentPart> parts,
        Extras extras) {
    public Message {
        images = List.copyOf(images);
        toolCalls = List.copyOf(toolCalls);
        parts = List.copyOf(parts);
    }

    /** A message without parts and other fields. */
    public Message(
            Role role,
            String content,
            @Nullable String thinking,
            List<Image> images,
            List<ToolCall> toolCalls,
            @Nullable String toolCallId,
            @Nullable String name) {
        this(role, content, thinking, images, toolCalls, toolCallId, name, List.of(), Extras.NONE);
    }

    /** The same message with a text before it. */
    public Message after(String text) {
        List<ContentPart> longer = new ArrayList<>(parts);
        if (!longer.isEmpty()) {
            longer.addFirst(new ContentPart.Text(text, Extras.NONE));
        }
        return new Message(role, text + content, thinking, images, toolCalls, toolCallId, name, longer, extras);
    }

    public static Message of(Role role, String content) {
        return new Message(role, content, null, List.of(), List.of(), null, null);
    }
}
