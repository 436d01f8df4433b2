package io.inference.api;

import java.util.Locale;

/** What a call does; the name in lower case is used in logs and metrics. */
public enum Operation {
    CHAT,
    GENERATE,
    EMBED,
    MODELS,
    OTHER;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }
}
