package io.inference.job.batch;

import java.util.List;

/** Some of a caller's batches, the newest first. */
public record BatchPage(List<Batch> batches, boolean hasMore) {
    public BatchPage {
        batches = List.copyOf(batches);
    }
}
