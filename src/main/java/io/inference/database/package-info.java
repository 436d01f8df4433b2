/**
 * PostgreSQL: its address, the connection pool, and the schema, which is migrated before the first query. The service
 * starts and serves without it; only requests that need it fail with {@code UNAVAILABLE}.
 */
@NullMarked
package io.inference.database;

import org.jspecify.annotations.NullMarked;
