package io.inference.conversation.copy;

import java.util.List;
import java.util.UUID;

/**
 * Keys of the copies. They hold the random id of a conversation and nothing of its owner: whoever has a key's id is
 * still no reader of it, since a turn asks PostgreSQL for the conversation of this owner before a key is read.
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
