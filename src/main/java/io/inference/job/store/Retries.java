package io.inference.job.store;

import io.github.resilience4j.core.IntervalFunction;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether and when a job is tried again, by {@link ErrorCode.Disposition}. A failure of its own counts against a bound; a service that
 * is merely busy does not, for as long as a day.
 *
 * @param most runs that may fail
 */
public record Retries(int most) {
    static final Duration PATIENCE = Duration.ofHours(24);

    private static final IntervalFunction DELAYS =
            IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(1));
    /** A batch of many lines over its caller's limit must not keep the workers busy with being refused. */
    private static final IntervalFunction WAITS =
            IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(5));

    /**
     * A job that shall be tried again.
     *
     * @param counts whether the run that failed counts against the bound
     */
    public record Again(Instant notBefore, boolean counts) {}

    /** Null where the job has failed for good. */
    @Nullable
    public Again after(Lease lease, InferenceException failure, Instant now) {
        ErrorCode.Disposition disposition = failure.code().disposition();
        if (!disposition.isRetried()) {
            return null;
        }
        boolean counts = disposition == ErrorCode.Disposition.RETRY;
        if (counts
                ? lease.failures() + 1 >= most
                : !now.isBefore(lease.job().createdAt().plus(PATIENCE))) {
            return null;
        }
        Duration delay = Duration.ofMillis(counts ? DELAYS.apply(lease.failures() + 1) : WAITS.apply(lease.attempt()));
        Duration asked = failure.retryAfter().orElse(Duration.ZERO);
        return new Again(now.plus(asked.compareTo(delay) > 0 ? asked : delay), counts);
    }
}
