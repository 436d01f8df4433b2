/**
 * PostgreSQL: where it is, the pool of connections to it, and its schema, which is migrated before anybody may ask. The service starts
 * and serves without it; only callers that need it are told that it is away.
 */
@NullMarked
package io.inference.database;

import org.jspecify.annotations.NullMarked;
