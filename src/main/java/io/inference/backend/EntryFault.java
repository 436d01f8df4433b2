package io.inference.backend;

/**
 * A fault of {@code backends.yaml}.
 *
 * @param line from 1; 0 if unknown
 * @param entry name of the entry at fault; empty if it is none's
 */
public record EntryFault(int line, String entry, String message) {}
