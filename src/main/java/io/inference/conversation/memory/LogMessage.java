package io.inference.conversation.memory;

import io.inference.api.message.Role;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message of a conversation's log, as far as its memory depends on it.
 *
 * @param number its place in the log: ascending, gaps are allowed
 * @param tokens of the message in a prompt, by the model's {@link TokenCounter}
 * @param calls ids of the tool calls that it makes
 * @param answers id of the tool call whose result it is; null if it is no result
 */
public record LogMessage(
        long number,
        Role role,
        String text,
        int tokens,
        Instant at,
        List<String> calls,
        @Nullable String answers) {
    public LogMessage {
        calls = List.copyOf(calls);
    }

    /** A message without tool calls. */
    public static LogMessage of(long number, Role role, String text, int tokens, Instant at) {
        return new LogMessage(number, role, text, tokens, at, List.of(), null);
    }
}
