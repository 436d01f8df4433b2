/** This replica's runs of jobs, and what submissions and cancellations do. */
@NullMarked
package io.inference.job.worker;

import org.jspecify.annotations.NullMarked;
