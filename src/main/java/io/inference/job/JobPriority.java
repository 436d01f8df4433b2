package io.inference.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How urgent a job is. Waiting makes up for it, so that the least urgent job comes to run. */
public enum JobPriority {
    HIGH(0),
    MEDIUM(1),
    LOW(2);

    private final String label = name().toLowerCase(Locale.ROOT);

    private final int steps;

    JobPriority(int steps) {
        this.steps = steps;
    }

    /** How many steps less urgent than the most urgent it is. */
    public int steps() {
        return steps;
    }

    public String label() {
        return label;
    }

    /** Empty for a name that is no priority's. */
    public static Optional<JobPriority> byLabel(String label) {
        return Arrays.stream(values())
                .filter(priority -> priority.label.equals(label))
                .findFirst();
    }
}
