package io.inference.engine.template.value;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Builds a {@link Str} of parts, each with its origin. */
public final class StrBuilder {
    private final StringBuilder out;
    private final @Nullable Budget budget;
    private int[] ranges = new int[4];
    private int count;

    /** @param budget counts the characters */
    public StrBuilder(Budget budget) {
        this.out = new StringBuilder();
        this.budget = budget;
    }

    StrBuilder(int capacity) {
        this.out = new StringBuilder(capacity);
        this.budget = null;
    }

    public StrBuilder append(Str text) {
        pay(text.length());
        int at = out.length();
        int[] caller = text.caller();
        for (int i = 0; i < caller.length; i += 2) {
            mark(at + caller[i], at + caller[i + 1]);
        }
        out.append(text.text());
        return this;
    }

    public StrBuilder append(Str text, int from, int to) {
        return from < to ? append(text.slice(from, to)) : this;
    }

    /** Appends a text of the template, or of the language. */
    public StrBuilder append(String text) {
        pay(text.length());
        out.append(text);
        return this;
    }

    public StrBuilder append(char c) {
        pay(1);
        out.append(c);
        return this;
    }

    /**
     * Appends a replacement for the characters of {@code source} from {@code from} to {@code to}, with their origin.
     */
    public StrBuilder append(String text, Str source, int from, int to) {
        int at = out.length();
        append(text);
        if (source.isCallers(from, to)) {
            mark(at, out.length());
        }
        return this;
    }

    private void pay(int added) {
        if (budget != null) {
            budget.text(added, (long) out.length() + added);
        }
    }

    private void mark(int from, int to) {
        if (from == to) {
            return;
        }
        if (count > 0 && ranges[count - 1] == from) {
            ranges[count - 1] = to;
            return;
        }
        if (count == ranges.length) {
            ranges = Arrays.copyOf(ranges, 2 * count);
        }
        ranges[count++] = from;
        ranges[count++] = to;
    }

    public int length() {
        return out.length();
    }

    int[] callerRanges() {
        return Arrays.copyOf(ranges, count);
    }

    public Str build() {
        return new Str(out.toString(), callerRanges(), false);
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
