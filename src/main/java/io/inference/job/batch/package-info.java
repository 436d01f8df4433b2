/**
 * Batches: files of requests, one a line, that are run as jobs of the least priority and answered by a file with a line each. Files are
 * kept in PostgreSQL in parts, so that every replica has them and none holds one whole.
 */
@NullMarked
package io.inference.job.batch;

import org.jspecify.annotations.NullMarked;
