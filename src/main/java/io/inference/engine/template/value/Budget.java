package io.inference.engine.template.value;

/**
 * The remaining limits of a rendering. They grow with the conversation, so that a long history renders, and are
 * bounded, so that a malicious template ends in a clear error.
 */
public final class Budget {
    private static final long STEPS = 5_000_000;
    private static final long STEPS_A_MESSAGE = 20_000;
    /** Templates that compare every pair of messages are common; a pair needs about ten steps. */
    private static final long STEPS_A_PAIR = 10;

    /** About two seconds of one core. */
    private static final long STEPS_MAX = 150_000_000;

    /**
     * About a millisecond: a rendering thread must not keep others from the core, nor continue after its cancellation.
     */
    private static final long STEPS_BETWEEN_LOOKS = 100_000;

    private static final int DEPTH_MAX = 250;
    private static final int CHARS_A_STEP = 64;
    private static final int CHARS = 1 << 24;
    private static final int CHARS_A_CHAR = 4;
    private static final long ALL_CHARS = 1L << 27;
    private static final long ALL_CHARS_A_CHAR = 64;

    private final int charsMax;
    private long steps;
    private long nextLook;
    private long charsLeft;
    private int depth;

    /**
     * @param messages of the conversation
     * @param chars of all its texts
     */
    public Budget(int messages, long chars) {
        long pairs = (long) messages * messages;
        long looks = messages * chars / (CHARS_A_STEP / 2);
        this.steps = Math.min(STEPS + STEPS_A_MESSAGE * messages + STEPS_A_PAIR * pairs + looks, STEPS_MAX);
        this.nextLook = steps;
        this.charsMax = (int) Math.min(CHARS + CHARS_A_CHAR * chars, Integer.MAX_VALUE / 8);
        this.charsLeft = ALL_CHARS + ALL_CHARS_A_CHAR * chars;
    }

    /** Counts units of work: evaluations, iterations, elements of a new list. */
    public void work(long units) {
        steps -= units;
        if (steps < nextLook) {
            look();
        }
    }

    private void look() {
        if (steps < 0) {
            throw new Failure("the template takes too many steps");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new Failure("the rendering was interrupted");
        }
        nextLook = Math.max(0, steps - STEPS_BETWEEN_LOOKS);
        Thread.yield();
    }

    /** Counts one operation on a value, with a higher cost for a long text. */
    public void use(Object value) {
        work(value instanceof Str text ? 1 + text.length() / CHARS_A_STEP : 1);
    }

    /** Counts {@code added} characters that extend a text to {@code length}, before they are allocated. */
    public void text(long added, long length) {
        charsLeft -= added;
        if (length > charsMax || charsLeft < 0) {
            throw new Failure("the template makes too much text");
        }
    }

    public void enter() {
        work(1);
        if (++depth > DEPTH_MAX) {
            throw new Failure("the template recurses or is nested too deep");
        }
    }

    public void leave() {
        depth--;
    }
}
