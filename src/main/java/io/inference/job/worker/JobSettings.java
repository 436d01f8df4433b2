package io.inference.job.worker;

import io.inference.config.Settings;
import java.time.Duration;

/**
 * Settings of jobs.
 *
 * @param concurrency jobs that this replica runs at once
 * @param attempts runs of a job that may fail before it has failed
 * @param runTimeout how long one run may take
 * @param grace how long a stop waits for running jobs
 * @param lowShare of the claims for jobs of a lower priority while more urgent ones wait: above 0, at most 1
 */
public record JobSettings(int concurrency, int attempts, Duration runTimeout, Duration grace, double lowShare) {
    public JobSettings {
        if (lowShare <= 0 || lowShare > 1) {
            throw new IllegalArgumentException("a share of " + lowShare);
        }
    }

    static JobSettings of(Settings settings) {
        return new JobSettings(
                settings.whole("job-concurrency"),
                settings.whole("job-attempts"),
                settings.time("request-timeout"),
                settings.time("shutdown-grace"),
                settings.share("priority-low-share"));
    }
}
