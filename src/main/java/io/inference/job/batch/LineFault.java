package io.inference.job.batch;

import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a batch's input.
 *
 * @param param the field at fault; null where none is
 * @param line from 1; null where the whole file is at fault
 */
public record LineFault(
        String code,
        String message,
        @Nullable String param,
        @Nullable Integer line) {}
