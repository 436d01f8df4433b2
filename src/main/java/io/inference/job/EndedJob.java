package io.inference.job;

import org.jspecify.annotations.Nullable;

/**
 * A job with what it came to.
 *
 * @param answer null unless it is done
 */
public record EndedJob(Job job, @Nullable JobAnswer answer) {}
