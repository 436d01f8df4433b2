package io.inference.engine.template.value;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A text that records which of its characters came from a caller and which from the template, so that the tokenizer
 * takes control tokens from the template alone. Every operation of the language keeps that record; if it cannot, the
 * whole result counts as a caller's. Origin is not part of a text's value: equal texts are equal.
 *
 * <p>Joining two texts copies nothing: the characters are copied when the text is first read, so that a template that
 * appends to one text in a loop takes linear time. Positions are Java's unless a method speaks of code points, which
 * are what Python counts.
 */
public final class Str {
    private static final int[] NOWHERE = {};

    public static final Str EMPTY = of("");

    private static final int COPIED_MAX = 128;

    private final int length;
    private final boolean safe;
    private @Nullable String text;
    private @Nullable Str left;
    private @Nullable Str right;

    /** Counts the cost of joining the two. */
    private @Nullable Budget budget;

    /** Ranges of a caller's characters: from, to, from, to, …, ascending, without empty or touching ranges. */
    private int[] caller;

    private int codePoints = -1;

    Str(String text, int[] caller, boolean safe) {
        this.text = text;
        this.length = text.length();
        this.caller = caller;
        this.safe = safe;
    }

    private Str(Str left, Str right, Budget budget) {
        this.left = left;
        this.right = right;
        this.budget = budget;
        this.length = left.length + right.length;
        this.caller = NOWHERE;
        this.safe = false;
    }

    /** A text of the template. */
    public static Str of(String text) {
        return new Str(text, NOWHERE, false);
    }

    /** A text that a caller wrote. */
    public static Str ofCaller(String text) {
        return new Str(text, text.isEmpty() ? NOWHERE : new int[] {0, text.length()}, false);
    }

    public String text() {
        String own = text;
        return own == null ? join() : own;
    }

    private String join() {
        if (budget != null) {
            budget.use(this);
        }
        StrBuilder out = new StrBuilder(length);
        Deque<Str> rest = new ArrayDeque<>();
        rest.push(this);
        while (!rest.isEmpty()) {
            Str next = rest.pop();
            if (next.left != null && next.right != null) {
                rest.push(next.right);
                rest.push(next.left);
            } else {
                out.append(next);
            }
        }
        String joined = out.toString();
        caller = out.callerRanges();
        text = joined;
        left = null;
        right = null;
        budget = null;
        return joined;
    }

    /** Ranges of a caller's characters. */
    int[] caller() {
        text();
        return caller;
    }

    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    /** Whether it is marked as safe for HTML ({@code safe}, {@code escape}): Jinja's Markup. */
    public boolean isSafe() {
        return safe;
    }

    public Str asSafe() {
        return safe ? this : new Str(text(), caller, true);
    }

    public Str asUnsafe() {
        return safe ? new Str(text(), caller, false) : this;
    }

    /** Whether a caller wrote any of the characters of a range. */
    public boolean isCallers(int from, int to) {
        text();
        int at = firstRangeAfter(from);
        return from < to && at < caller.length && caller[at] < to;
    }

    /** The index in {@link #caller} of the first range that ends after a position. */
    private int firstRangeAfter(int position) {
        int low = 0;
        int high = caller.length / 2;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (caller[2 * middle + 1] > position) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return 2 * low;
    }

    public Str slice(int from, int to) {
        if (from == 0 && to == length) {
            return this;
        }
        String part = text().substring(from, to);
        int first = firstRangeAfter(from);
        int end = first;
        while (end < caller.length && caller[end] < to) {
            end += 2;
        }
        int[] ranges = Arrays.copyOfRange(caller, first, end);
        for (int i = 0; i < ranges.length; i++) {
            ranges[i] = Math.clamp(ranges[i], from, to) - from;
        }
        return new Str(part, from < to ? ranges : NOWHERE, safe);
    }

    public Str concat(Str other, Budget payer) {
        if (isEmpty() || other.isEmpty()) {
            return (isEmpty() ? other : this).asUnsafe();
        }
        if (length + other.length > COPIED_MAX) {
            return new Str(asUnsafe(), other.asUnsafe(), payer);
        }
        return new StrBuilder(length + other.length).append(this).append(other).build();
    }

    /**
     * Changes each character to one other in its position; if the number of characters differs, the result is a
     * caller's if any was.
     */
    public Str map(UnaryOperator<String> change) {
        String mapped = change.apply(text());
        if (caller.length == 0 || mapped.length() == length) {
            return new Str(mapped, caller, safe);
        }
        return safe ? ofCaller(mapped).asSafe() : ofCaller(mapped);
    }

    /** Python's length. */
    public int codePoints() {
        if (codePoints < 0) {
            codePoints = text().codePointCount(0, length);
        }
        return codePoints;
    }

    /** Java's position of a code point. */
    public int position(int codePoint) {
        return codePoints() == length ? codePoint : text().offsetByCodePoints(0, codePoint);
    }

    /** The number of code points before a position. */
    public int codePointsBefore(int position) {
        return codePoints() == length ? position : text().codePointCount(0, position);
    }

    /** A range of code points. */
    public Str sliceCodePoints(int from, int to) {
        return from >= to ? (safe ? EMPTY.asSafe() : EMPTY) : slice(position(from), position(to));
    }

    /** Each code point as a text. */
    public List<Object> characters() {
        List<Object> characters = new ArrayList<>(codePoints());
        for (int at = 0; at < length; ) {
            int next = at + Character.charCount(text().codePointAt(at));
            characters.add(slice(at, next));
            at = next;
        }
        return characters;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Str that && length == that.length && text().equals(that.text());
    }

    @Override
    public int hashCode() {
        return text().hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
