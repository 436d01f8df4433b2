package io.inference.engine.template;

/** What a rendering may still use. Real templates use a thousandth of it; a hostile one ends in a clear error. */
final class Budget {
    private static final int STEPS_MAX = 5_000_000;
    private static final int DEPTH_MAX = 250;
    private static final int CHARS_A_STEP = 64;
    private static final int CHARS_MAX = 1 << 24;
    private static final long ALL_CHARS_MAX = 1L << 27;

    private int steps = STEPS_MAX;
    private int depth;
    private long charsLeft = ALL_CHARS_MAX;

    /** Counts units of work: evaluations, iterations, elements of a list that is made. */
    void work(long units) {
        if (units > steps) {
            throw new Failure("the template takes too many steps");
        }
        steps -= (int) units;
    }

    /** Counts one operation on a value, dearer for a long text. */
    void use(Object value) {
        work(value instanceof String text ? 1 + text.length() / CHARS_A_STEP : 1);
    }

    /** Counts a text of {@code length} characters, before it is made. */
    void text(long length) {
        charsLeft -= length;
        if (length > CHARS_MAX || charsLeft < 0) {
            throw new Failure("the template makes too much text");
        }
    }

    void enter() {
        work(1);
        if (++depth > DEPTH_MAX) {
            throw new Failure("the template recurses or is nested too deep");
        }
    }

    void leave() {
        depth--;
    }
}
