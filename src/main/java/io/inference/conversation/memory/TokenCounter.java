package io.inference.conversation.memory;

import io.inference.api.message.Role;

/** Counts tokens as the model that will get the prompt does, or estimates them for a remote one, rather too high. */
@FunctionalInterface
public interface TokenCounter {
    /** Tokens of one message in a prompt, with those that the chat template adds to it. */
    int count(Role role, String text);

    /** Tokens of a text within the system's message. */
    default int count(String text) {
        return count(Role.SYSTEM, text);
    }
}
