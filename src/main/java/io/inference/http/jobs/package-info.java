/**
 * Jobs, files and batches on the wire: reads submissions, writes jobs, and turns the answers that other packages write
 * for HTTP into stored answers of jobs.
 */
@NullMarked
package io.inference.http.jobs;

import org.jspecify.annotations.NullMarked;
