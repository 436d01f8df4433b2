/**
 * Connections to the servers that the service needs, PostgreSQL and Redis: opened in the background at start-up, with
 * retries.
 */
@NullMarked
package io.inference.connect;

import org.jspecify.annotations.NullMarked;
