/** JSON as doors and backends read and write it, UTF-8 and gzip. Imports nothing of ours. */
@NullMarked
package io.inference.wire;

import org.jspecify.annotations.NullMarked;
