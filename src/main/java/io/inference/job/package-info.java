/**
 * Jobs: requests that are kept in PostgreSQL until their answer is stored. A job is a row: doors insert it and deliver
 * its result; workers of any replica claim it under a lease and run it by the routes, so that it outlives the process
 * that accepted it.
 */
@NullMarked
package io.inference.job;

import org.jspecify.annotations.NullMarked;
