package io.inference.conversation.turn;

import io.inference.config.Settings;
import java.time.Duration;
import java.util.List;

/**
 * The settings of conversations.
 *
 * @param longestWait how long a call waits for the turn before it
 * @param encryptionKeys the first encrypts, all decrypt; no bytes in place of the first one: nothing is encrypted
 */
record ConversationSettings(Duration longestWait, List<byte[]> encryptionKeys) {
    static ConversationSettings of(Settings settings) {
        return new ConversationSettings(settings.time("conversation-wait"), settings.keys("encryption-key"));
    }
}
