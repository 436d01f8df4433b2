package io.inference.api.message;

import java.util.Locale;

/** Why a choice ended; the name in lower case is OpenAI's. */
public enum FinishReason {
    STOP,
    LENGTH,
    TOOL_CALLS,
    CONTENT_FILTER;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }
}
