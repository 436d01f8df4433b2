package io.inference.conversation.summary;

import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import io.inference.conversation.memory.LogMessage;
import io.inference.conversation.memory.TokenCounter;
import io.inference.conversation.store.PathEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Messages of conversations as their memory sees them: a text, and the tool calls that belong together. */
final class LogMessages {
    /** Of an image of usual size, in models that read images. */
    private static final int TOKENS_AN_IMAGE = 1024;

    private LogMessages() {}

    /** The messages of a path, without instructions. */
    static List<LogMessage> of(List<PathEntry> path, TokenCounter counter) {
        List<LogMessage> messages = new ArrayList<>();
        for (PathEntry entry : path) {
            if (entry instanceof PathEntry.Stored stored && stored.message().role() != Role.SYSTEM) {
                messages.add(of(stored.seq(), stored.message(), stored.createdAt(), counter));
            }
        }
        return messages;
    }

    static LogMessage of(long number, Message message, Instant at, TokenCounter counter) {
        StringBuilder text = new StringBuilder(message.content());
        for (ToolCall call : message.toolCalls()) {
            text.append(text.isEmpty() ? "" : "\n").append("calls ").append(call.name());
            text.append(": ").append(call.argumentsJson());
        }
        int tokens = counter.count(message.role(), text.toString())
                + message.images().size() * TOKENS_AN_IMAGE;
        return new LogMessage(
                number,
                message.role(),
                text.toString(),
                tokens,
                at,
                message.toolCalls().stream()
                        .map(ToolCall::id)
                        .filter(Objects::nonNull)
                        .toList(),
                message.toolCallId());
    }
}
