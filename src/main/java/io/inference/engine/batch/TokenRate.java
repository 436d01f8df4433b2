package io.inference.engine.batch;

import java.time.Duration;

/**
 * Tokens per second while the model works, of the recent past: the weight of a step halves every ten seconds.
 * Thread-safe.
 */
final class TokenRate {
    private static final double HALF_LIFE_NANOS = Duration.ofSeconds(10).toNanos();

    /** After this time without a step there is no rate. */
    private static final long FORGET_NANOS = Duration.ofMinutes(1).toNanos();

    private double tokens;
    private double nanos;
    private long lastNanos;

    /** Counts the tokens of a step that ran from {@code start} to {@code end}. */
    synchronized void add(long start, long end, long count) {
        double weight = nanos == 0 ? 0 : Math.pow(0.5, (end - lastNanos) / HALF_LIFE_NANOS);
        tokens = tokens * weight + count;
        nanos = nanos * weight + (end - start);
        lastNanos = end;
    }

    /** The rate at time {@code now}; 0 if the last step is long ago. */
    synchronized double perSecond(long now) {
        return nanos == 0 || now - lastNanos > FORGET_NANOS ? 0 : tokens * 1e9 / nanos;
    }
}
