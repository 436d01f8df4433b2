package io.inference.engine.template;

import io.inference.engine.template.value.Str;

/** A rendered conversation, which knows which of its characters callers wrote. Immutable once it is made. */
public final class Prompt {
    private final Str text;

    Prompt(Str text) {
        this.text = text;
        text.text();
    }

    public String text() {
        return text.text();
    }

    /** Whether a caller wrote any of the characters from {@code from} to {@code to}; else the template wrote them. */
    public boolean isCallers(int from, int to) {
        return text.isCallers(from, to);
    }
}
