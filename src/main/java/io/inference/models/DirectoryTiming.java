package io.inference.models;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Timeouts of the lists of models.
 *
 * @param askTimeout time after which a backend that does not answer counts as unavailable
 * @param unknownEvery minimum time between two refreshes because of a model that no backend listed
 * @param unknownWait how long a request waits for such a refresh, and for the first lists
 * @param nanoTime the clock
 */
record DirectoryTiming(Duration askTimeout, Duration unknownEvery, Duration unknownWait, LongSupplier nanoTime) {
    static final DirectoryTiming DEFAULT =
            new DirectoryTiming(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(1), System::nanoTime);
}
