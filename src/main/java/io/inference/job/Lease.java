package io.inference.job;

/**
 * The right of this replica to run a job, once.
 *
 * @param payload the job's
 * @param failures attempts before this one that count against the bound
 */
record Lease(Job job, byte[] payload, int failures) {
    int attempt() {
        return job.attempts();
    }
}
