package io.inference.conversation.turn;

import io.inference.config.Settings;
import java.time.Duration;

/** @param longestWait how long a call waits for the turn before it */
record ConversationSettings(Duration longestWait) {
    static ConversationSettings of(Settings settings) {
        return new ConversationSettings(settings.time("conversation-wait"));
    }
}
