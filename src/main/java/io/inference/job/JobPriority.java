package io.inference.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How urgent a job is. Waiting makes up for it, so that the least urgent job comes to run. */
public enum JobPriority {
    HIGH,
    MEDIUM,
    LOW;

    private final String label = name().toLowerCase(Locale.ROOT);

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
