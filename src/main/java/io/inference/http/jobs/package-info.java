/**
 * Jobs, files and batches on the wire: reads what is submitted, writes what there is, and turns the answers that other packages write
 * for HTTP into what a job keeps.
 */
@NullMarked
package io.inference.http.jobs;

import org.jspecify.annotations.NullMarked;
