package io.inference.models;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How patient the directory is.
 *
 * @param refreshEvery pause between two rounds in the background
 * @param askTimeout how long a backend may take before it counts as unavailable
 * @param unknownEvery how often, at most, a model that no backend listed makes them be asked at once
 * @param unknownWait how long a request waits for that, and for the very first answers
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
