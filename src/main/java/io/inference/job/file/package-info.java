/** Files of callers, kept in PostgreSQL in parts, so that every replica has them and none holds one whole. */
@NullMarked
package io.inference.job.file;

import org.jspecify.annotations.NullMarked;
