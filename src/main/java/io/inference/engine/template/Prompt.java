package io.inference.engine.template;

import io.inference.engine.template.value.Str;

/** A rendered conversation that records which of its characters callers wrote. Immutable. */
public final class Prompt {
    private final Str text;

    Prompt(Str text) {
        this.text = text;
        text.text();
    }

    public String text() {
        return text.text();
    }

    /**
     * Whether a caller wrote any of the characters from {@code from} to {@code to}; otherwise the template wrote them.
     */
    public boolean isCallers(int from, int to) {
        return text.isCallers(from, to);
    }
}
