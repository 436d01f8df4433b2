package io.inference.conversation.copy;

import io.inference.config.Settings;
import java.time.Duration;

/** @param messagesKept how long Redis keeps the messages of a conversation after its last turn */
record CopySettings(Duration messagesKept) {
    static CopySettings of(Settings settings) {
        return new CopySettings(Duration.ofMinutes(settings.whole("redis-message-ttl")));
    }
}
