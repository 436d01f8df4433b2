/**
 * HTTP to the servers of backends: whole exchanges and streams of lines, both stopped at once when their call is
 * cancelled, and failures whose messages callers may read. A package of its own because every backend that is a server
 * needs it and backends do not import one another. Imports {@code api} only.
 */
@NullMarked
package io.inference.upstream;

import org.jspecify.annotations.NullMarked;
