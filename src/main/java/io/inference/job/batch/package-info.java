/**
 * Batches: files of requests, one a line, that are run as jobs of the least priority and answered by a file with a line
 * each.
 */
@NullMarked
package io.inference.job.batch;

import org.jspecify.annotations.NullMarked;
