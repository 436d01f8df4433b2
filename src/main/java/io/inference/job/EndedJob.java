package io.inference.job;

import org.jspecify.annotations.Nullable;

/**
 * An ended job with its answer.
 *
 * @param answer null unless it is done
 */
public record EndedJob(Job job, @Nullable JobAnswer answer) {}
