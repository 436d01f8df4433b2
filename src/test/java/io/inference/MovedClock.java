package io.inference;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that a test advances, with a matching count of nanoseconds. */
public final class MovedClock extends Clock {
    private final Instant start = Instant.now();
    private volatile Duration passed = Duration.ZERO;

    public void advance(Duration time) {
        passed = passed.plus(time);
    }

    /** As {@link System#nanoTime}. */
    public long nanos() {
        return passed.toNanos();
    }

    @Override
    public Instant instant() {
        return start.plus(passed);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
