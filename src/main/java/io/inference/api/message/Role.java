package io.inference.api.message;

import java.util.Locale;

/** Who a message is from; the name in lower case is the wire's. OpenAI's {@code developer} is read as {@code SYSTEM}. */
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
