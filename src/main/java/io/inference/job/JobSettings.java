package io.inference.job;

import java.time.Duration;

/**
 * How jobs are run.
 *
 * @param concurrency jobs that this replica runs at once
 * @param attempts runs of a job that may fail before it has failed
 * @param runTimeout how long one run may take
 * @param grace how long a stop waits for jobs that run
 * @param lowShare of the claims that jobs of a lower priority get while higher ones wait: above 0, at most 1
 */
public record JobSettings(int concurrency, int attempts, Duration runTimeout, Duration grace, double lowShare) {}
