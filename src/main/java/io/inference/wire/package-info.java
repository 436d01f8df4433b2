/** JSON as doors and backends read and write it, UTF-8, gzip and SHA-256. Imports no other package of the project. */
@NullMarked
package io.inference.wire;

import org.jspecify.annotations.NullMarked;
