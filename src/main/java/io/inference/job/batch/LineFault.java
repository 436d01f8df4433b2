package io.inference.job.batch;

import org.jspecify.annotations.Nullable;

/**
 * A fault of a batch's input.
 *
 * @param param the field at fault; null if none is
 * @param line from 1; null if the whole file is at fault
 */
public record LineFault(
        String code,
        String message,
        @Nullable String param,
        @Nullable Integer line) {}
