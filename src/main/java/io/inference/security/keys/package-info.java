/**
 * API keys: bearer tokens that this service makes for people and machines without an issuer. They are stored as hashes
 * in PostgreSQL and verified from a short-lived cache; the one of BOOTSTRAP_API_KEY is not stored and makes its holder
 * an admin.
 */
@NullMarked
package io.inference.security.keys;

import org.jspecify.annotations.NullMarked;
