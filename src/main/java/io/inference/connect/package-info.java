/**
 * How the service comes to the servers that it needs, PostgreSQL and Redis: beside its own start, again and again until they are there.
 */
@NullMarked
package io.inference.connect;

import org.jspecify.annotations.NullMarked;
