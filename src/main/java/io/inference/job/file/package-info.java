/**
 * Files of callers, kept in PostgreSQL in parts, so that every replica can read them and none holds a whole file in
 * memory.
 */
@NullMarked
package io.inference.job.file;

import org.jspecify.annotations.NullMarked;
