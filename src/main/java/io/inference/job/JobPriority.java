package io.inference.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How urgent a job is. Waiting raises it, so that the least urgent job runs eventually. */
public enum JobPriority {
    HIGH(0),
    MEDIUM(1),
    LOW(2);

    private final String label = name().toLowerCase(Locale.ROOT);

    private final int steps;

    JobPriority(int steps) {
        this.steps = steps;
    }

    /** Number of steps below the most urgent priority. */
    public int steps() {
        return steps;
    }

    public String label() {
        return label;
    }

    /** Empty for an unknown name. */
    public static Optional<JobPriority> byLabel(String label) {
        return Arrays.stream(values())
                .filter(priority -> priority.label.equals(label))
                .findFirst();
    }
}
