package io.inference.conversation.memory;

import io.inference.api.message.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where a list of messages may be cut: never between a tool call and its result. */
final class ToolGroups {
    /** A call that may still get its result. */
    private static final int OPEN = Integer.MAX_VALUE;

    /** For each message, the index before which no cut may be made after it. */
    private final int[] until;

    ToolGroups(List<LogMessage> messages) {
        until = new int[messages.size()];
        Map<String, Integer> results = new HashMap<>();
        int lastUser = -1;
        for (int i = 0; i < messages.size(); i++) {
            LogMessage message = messages.get(i);
            if (message.answers() != null) {
                results.put(message.answers(), i);
            }
            if (message.role() == Role.USER) {
                lastUser = i;
            }
        }
        for (int i = 0; i < until.length; i++) {
            for (String call : messages.get(i).calls()) {
                Integer result = results.get(call);
                // If the user has written since, the result does not come.
                int end = result != null ? result + 1 : i > lastUser ? OPEN : 0;
                until[i] = Math.max(until[i], end);
            }
        }
    }

    /**
     * The first place at or after a proposed one where the messages may be cut.
     *
     * @param from index of the first message that belongs to the piece
     * @param end index after its last message
     * @return {@link Integer#MAX_VALUE} if there is none yet, or if the proposed one is beyond the last message
     */
    int cut(int from, int end) {
        if (end > until.length) {
            return OPEN;
        }
        int cut = end;
        for (int i = from; i < cut; i++) {
            if (until[i] == OPEN) {
                return OPEN;
            }
            cut = Math.max(cut, until[i]);
        }
        return cut;
    }
}
