package io.inference.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Task of a job. The wire name is the name in lower case; the payload is the REST body of that operation. An internal
 * task is the service's own: no door knows its name, and the flow of that name does it.
 */
public enum JobTask {
    CHAT("chat/completions"),
    GENERATE("completions"),
    EMBEDDING("embeddings"),
    SUMMARIZATION("summaries"),
    IMAGE_GENERATION("images/generations"),
    IMAGE_EDITING("images/edits"),
    SUMMARIZE_CONVERSATION("");

    private final String label = name().toLowerCase(Locale.ROOT);
    private final String path;

    JobTask(String path) {
        this.path = path;
    }

    /** The wire name, such as {@code image_editing}. */
    public String label() {
        return label;
    }

    /** The path of the REST operation below the API's prefix, such as {@code images/edits}; empty if internal. */
    public String path() {
        return path;
    }

    public boolean isInternal() {
        return path.isEmpty();
    }

    /** Empty for an unknown name, and for an internal task. */
    public static Optional<JobTask> byLabel(String label) {
        return Arrays.stream(values())
                .filter(task -> !task.isInternal() && task.label.equals(label))
                .findFirst();
    }

    /** @param path of a REST operation below the API's prefix, without a slash before it */
    public static Optional<JobTask> byPath(String path) {
        return Arrays.stream(values())
                .filter(task -> !task.isInternal() && task.path.equals(path))
                .findFirst();
    }
}
