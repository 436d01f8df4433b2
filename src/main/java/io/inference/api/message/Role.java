package io.inference.api.message;

import java.util.Locale;

/**
 * Author of a message; the name in lower case is used in requests. OpenAI's {@code developer} is read as
 * {@code SYSTEM}.
 */
public enum Role {
    SYSTEM,
    USER,
    ASSISTANT,
    TOOL;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }
}
