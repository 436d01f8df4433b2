/** The table of jobs: its rows, every statement on it, and the order in which rows are claimed. */
@NullMarked
package io.inference.job.store;

import org.jspecify.annotations.NullMarked;
