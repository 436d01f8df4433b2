package io.inference.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where a job is on its way. A job that shall be tried again is queued. */
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

    /** Whether nothing more will change. */
    public boolean isEnded() {
        return this == DONE || this == FAILED || this == CANCELLED;
    }

    /** Empty for a name that is no state's. */
    public static Optional<JobState> byLabel(String label) {
        return Arrays.stream(values())
                .filter(state -> state.label.equals(label))
                .findFirst();
    }
}
