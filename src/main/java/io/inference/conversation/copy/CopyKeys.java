package io.inference.conversation.copy;

import java.util.List;
import java.util.UUID;

/**
 * Keys of the copies. A key holds the random id of a conversation and nothing of its owner. A caller who knows the id
 * of another one's conversation reads nothing by it: the beginning of a turn looks for it among those of the caller,
 * in PostgreSQL, and fails with {@code NOT_FOUND} before a key is read.
 */
final class CopyKeys {
    private CopyKeys() {}

    static String messages(UUID conversation) {
        return "inference:conversation:" + conversation + ":messages";
    }

    /** All that there may be of a conversation. */
    static List<String> all(UUID conversation) {
        return List.of(messages(conversation));
    }
}
