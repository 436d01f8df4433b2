package io.inference.config;

import java.util.Set;

/** Settings whose change takes effect while the service runs. */
public interface LiveSettings {
    /** Their variables, such as {@code LOG_LEVEL}. */
    Set<String> variables();

    /**
     * Uses the values that they have now.
     *
     * @throws IllegalArgumentException if this takes a restart; the message says why. Nothing has changed then
     */
    void apply();
}
