package io.inference.job.store;

import io.github.resilience4j.core.IntervalFunction;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether and when a job is tried again, by {@link ErrorCode.Disposition}. A failure of the job itself counts against a
 * limit; a failure because the service is busy does not, for up to a day.
 *
 * @param most runs that may fail
 */
public record Retries(int most) {
    static final Duration PATIENCE = Duration.ofHours(24);

    private static final IntervalFunction DELAYS =
            IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(1));
    /** The many lines of a batch that exceeds its caller's limit must not keep the workers busy with refusals. */
    private static final IntervalFunction WAITS =
            IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(5));

    /**
     * The next attempt of a job.
     *
     * @param counts whether the run that failed counts against the limit
     */
    public record Again(Instant notBefore, boolean counts) {}

    /** Null if the job has failed for good. */
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
