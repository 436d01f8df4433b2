package io.inference.models;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Intervals and timeouts of the directory.
 *
 * @param refreshEvery pause between two refreshes in the background
 * @param askTimeout time after which a backend that does not answer counts as unavailable
 * @param unknownEvery minimum time between two refreshes because of a model that no backend listed
 * @param unknownWait how long a request waits for such a refresh, and for the first lists
 * @param nanoTime the clock
 */
record DirectoryTiming(
        Duration refreshEvery,
        Duration askTimeout,
        Duration unknownEvery,
        Duration unknownWait,
        LongSupplier nanoTime) {
    static final DirectoryTiming DEFAULT = new DirectoryTiming(
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            System::nanoTime);
}
