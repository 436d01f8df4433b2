package io.inference.job.store;

import io.inference.job.Job;

/**
 * The right of this replica to run a job, once.
 *
 * @param payload the job's
 * @param failures earlier attempts that count against the limit
 */
public record Lease(Job job, byte[] payload, int failures) {
    public int attempt() {
        return job.attempts();
    }
}
