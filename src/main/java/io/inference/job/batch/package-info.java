/**
 * Batches: files of requests, one a line, that run as jobs of the lowest priority; the output is a file with one line
 * for each.
 */
@NullMarked
package io.inference.job.batch;

import org.jspecify.annotations.NullMarked;
