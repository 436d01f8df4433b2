package io.inference.conversation.memory;

import io.inference.api.message.Role;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** Conversations for tests. A token is four characters, and a message has four more. */
final class Logs {
    static final MemoryRules DEFAULTS = new MemoryRules(6, 0, 6, 3, 3, 0.7);
    static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
    static final TokenCounter COUNTER = (role, text) -> 4 + Math.ceilDiv(text.length(), 4);

    private Logs() {}

    static LogMessage message(long number, Role role, String text) {
        return LogMessage.of(number, role, text, COUNTER.count(role, text), START.plusSeconds(3600 * number));
    }

    /** Messages 1 to count, of the user and the assistant in turn. */
    static List<LogMessage> messages(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> message(i, i % 2 == 1 ? Role.USER : Role.ASSISTANT, "message " + i))
                .toList();
    }

    static LogMessage call(long number, String... ids) {
        return new LogMessage(number, Role.ASSISTANT, "", 4, START, List.of(ids), null);
    }

    static LogMessage result(long number, String id) {
        return new LogMessage(number, Role.TOOL, "result", 6, START, List.of(), id);
    }
}
