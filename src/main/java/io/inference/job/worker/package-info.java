/** This replica's runs of jobs, submissions and cancellations. */
@NullMarked
package io.inference.job.worker;

import org.jspecify.annotations.NullMarked;
