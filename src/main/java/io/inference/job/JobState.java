package io.inference.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** State of a job. A job that waits for another attempt is queued. */
public enum JobState {
    QUEUED,
    RUNNING,
    DONE,
    FAILED,
    CANCELLED;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }

    /** Whether the state is final. */
    public boolean isEnded() {
        return this == DONE || this == FAILED || this == CANCELLED;
    }

    /** Empty for an unknown name. */
    public static Optional<JobState> byLabel(String label) {
        return Arrays.stream(values())
                .filter(state -> state.label.equals(label))
                .findFirst();
    }
}
