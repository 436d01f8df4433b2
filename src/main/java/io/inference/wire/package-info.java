/** JSON as doors and backends read and write it, UTF-8, gzip and SHA-256. Imports nothing of ours. */
@NullMarked
package io.inference.wire;

import org.jspecify.annotations.NullMarked;
