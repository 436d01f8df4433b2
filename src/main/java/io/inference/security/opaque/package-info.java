/**
 * Tokens that only their issuer can read: it is asked about each (RFC 7662), rarely, with no longer validity than a
 * JWT.
 */
@NullMarked
package io.inference.security.opaque;

import org.jspecify.annotations.NullMarked;
