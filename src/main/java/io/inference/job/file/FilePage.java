package io.inference.job.file;

import java.util.List;

/** Some of a caller's files, the newest first. */
public record FilePage(List<StoredFile> files, boolean hasMore) {
    public FilePage {
        files = List.copyOf(files);
    }
}
