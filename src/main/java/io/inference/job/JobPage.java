package io.inference.job;

import java.util.List;

/** Some of a caller's jobs, the newest first. */
public record JobPage(List<Job> jobs, boolean hasMore) {
    public JobPage {
        jobs = List.copyOf(jobs);
    }
}
